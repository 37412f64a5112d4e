import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createClock } from '../../simulator/clock.ts'
import type { Observed } from '../../simulator/http/observe.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts'
import { check } from './contract/check.ts'
import { ContractViolation } from './contract/contract-violation.ts'

export const ava = '62264425016'
export const ben = '62264426016'
export const cleo = '62264427016'
export const redirectUri = 'http://gateway.test/callback'

const seen = new WeakMap<Simulator, string[]>()

/** For the test that wants some: they do not turn it red any more. */
export function takeViolations(simulator: Simulator): string[] {
  return seen.get(simulator)?.splice(0) ?? []
}

/** A simulator of one's own whose clock stands still. All that it says is held against RingCentral's document. */
export async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = createClock()
  clock.hold()
  const violations: string[] = []
  const observe = (observed: Observed) => void violations.push(...check(observed))
  const simulator = await startSimulator({ clock, seed: 7, observe, ...options })
  seen.set(simulator, violations)
  onTestFinished(async () => {
    await simulator.close()
    clock.close()
    if (violations.length > 0) throw new ContractViolation(violations)
  })
  return simulator
}

export interface Reply {
  status: number
  headers: Headers
  body: any
  text: string
}

export async function call(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  }
}

export function control(simulator: Simulator, path: string, body: unknown): Promise<Reply> {
  return call(`${simulator.url}/simulator/${path}`, { method: 'POST', body: JSON.stringify(body) })
}

/** What a person does on the login page. */
export async function consent(simulator: Simulator, fields: Record<string, string> = {}) {
  const body = new URLSearchParams({
    response_type: 'code',
    client_id: simulator.clientId,
    redirect_uri: redirectUri,
    state: 'opaque state',
    extensionId: ava,
    decision: 'allow',
    ...fields,
  })
  const reply = await call(`${simulator.url}/restapi/oauth/authorize`, { method: 'POST', body })
  const location = reply.headers.get('location')
  return { ...reply, location: location === null ? undefined : new URL(location) }
}

export function requestToken(simulator: Simulator, fields: Record<string, string>): Promise<Reply> {
  const credentials = `${simulator.clientId}:${simulator.clientSecret}`
  return call(`${simulator.url}/restapi/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams(fields),
  })
}

export async function login(simulator: Simulator, extensionId = ava): Promise<Reply> {
  const { location } = await consent(simulator, { extensionId })
  const code = location?.searchParams.get('code') ?? ''
  return requestToken(simulator, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
  })
}

export function refresh(simulator: Simulator, token: string, fields: Record<string, string> = {}) {
  return requestToken(simulator, { grant_type: 'refresh_token', refresh_token: token, ...fields })
}

export type Api = (method: string, path: string, body?: unknown) => Promise<Reply>

/** Calls RingCentral's API with a token. Paths without a slash in front are the extension's own. */
export function apiWith(simulator: Simulator, token: string): Api {
  return (method, path, body) => {
    const full = path.startsWith('/') ? path : `/restapi/v1.0/account/~/extension/~/${path}`
    return call(simulator.url + full, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  }
}

export async function connect(simulator: Simulator, extensionId = ava): Promise<Api> {
  const { body } = await login(simulator, extensionId)
  return apiWith(simulator, body.access_token)
}

export interface Received {
  headers: IncomingHttpHeaders
  body: any
}

type Answering = (response: ServerResponse, validationToken: string | undefined) => void

/** A webhook receiver that answers as `answering` says, by default as it should. */
export async function receive(answering: Answering = properly) {
  const handshakes: Received[] = []
  const notifications: Received[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const validationToken = request.headers['validation-token']?.toString()
      const received = {
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
      if (validationToken === undefined) notifications.push(received)
      else handshakes.push(received)
      answering(response, validationToken)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return { address, handshakes, notifications }
}

export function properly(response: ServerResponse, validationToken?: string): void {
  response.setHeader('content-type', 'application/json')
  if (validationToken !== undefined) response.setHeader('Validation-Token', validationToken)
  response.end()
}

export const instant = '/restapi/v1.0/account/~/extension/~/message-store/instant?type=SMS'
export const mailbox = '/restapi/v1.0/account/~/extension/~/message-store'

export function subscribe(api: Api, address: string, eventFilters = [instant], more: object = {}) {
  const deliveryMode = { transportType: 'WebHook', address, verificationToken: 'a secret' }
  return api('POST', '/restapi/v1.0/subscription', { eventFilters, deliveryMode, ...more })
}

export function text(api: Api, to: string | string[], words = 'Hello', from = '+12025550101') {
  const recipients = [to].flat().map((phoneNumber) => ({ phoneNumber }))
  return api('POST', 'sms', { from: { phoneNumber: from }, to: recipients, text: words })
}
