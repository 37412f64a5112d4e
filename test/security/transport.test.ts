import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { App } from '../../src/app.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'

const friend = 'https://crm.example.com'
const stranger = 'https://evil.example'

let gateway: Gateway
/** As people reach it, by https and a proxy. */
let instance: App
let secret: string

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  instance = await gateway.startInstance({
    role: 'web',
    publicUrl: 'https://gateway.example.com',
    corsOrigins: [friend],
    askingLimits: { headersMs: 2_000, requestMs: 3_000 },
  })
  secret = (await gateway.createTenant()).secret
})
afterAll(() => gateway.stop())

const address = () => `http://localhost:${instance.port}`

const ask = (headers: Record<string, string> = {}, method = 'POST') =>
  fetch(`${address()}/graphql`, {
    method,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
    ...(method === 'POST' && { body: '{"query":"{ __typename }"}' }),
  })

it('B6: pages of a listed origin may ask, without cookies; no others', async () => {
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  }
  const asked = await ask({ ...preflight, origin: friend }, 'OPTIONS')
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-origin')).toBe(friend)
  expect(asked.headers.get('access-control-allow-headers')).toMatch(/authorization/)
  const answered = await ask({ origin: friend })
  expect(answered.headers.get('access-control-allow-origin')).toBe(friend)
  expect(answered.headers.get('vary')).toMatch(/origin/i)
  expect(await answered.json()).toMatchObject({ data: { __typename: 'Query' } })
  for (const answer of [
    await ask({ ...preflight, origin: stranger }, 'OPTIONS'),
    await ask({ origin: stranger }),
    await ask({ origin: 'null' }),
    await ask({ origin: `${friend}.evil.example` }),
    await fetch(`${address()}/v1/rc/status`, { headers: { origin: friend } }),
  ]) {
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  }
  expect([...asked.headers.keys(), ...answered.headers.keys()]).not.toContain(
    'access-control-allow-credentials',
  )
})

it('B10: every answer says that it is nobody’s to keep, to guess at or to frame', async () => {
  const paths = ['/health/live', '/metrics', '/nothing', '/v1/rc/status', '/graphql?query={x}']
  const answers = [await ask(), await ask({ authorization: 'x' }), await ask({}, 'PUT')]
  answers.push(await ask({ 'content-type': 'text/plain' }))
  for (const path of paths) answers.push(await fetch(`${address()}${path}`))
  for (const { url, headers } of answers) {
    expect(Object.fromEntries(headers), url).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'strict-transport-security': 'max-age=31536000',
    })
    expect([...headers.keys()]).not.toContain('x-powered-by')
    expect([...headers.keys()]).not.toContain('server')
  }
  // What RingCentral takes is too short for them.
  const webhook = await fetch(`${address()}/v1/rc/webhook/x`, { method: 'POST' })
  expect(webhook.headers.get('strict-transport-security')).toBeNull()
})

it('A12: GraphiQL, where it is switched on, runs its own script and no other', async () => {
  const { port } = await gateway.startInstance({
    role: 'web',
    graphiql: () => ({ headers: { authorization: 'Bearer mine' }, query: '# welcome' }),
  })
  const page = await fetch(`http://localhost:${port}/graphql`, { headers: { accept: 'text/html' } })
  const policy = page.headers.get('content-security-policy')
  expect(policy).toMatch(/default-src 'none'; script-src 'sha256-[\w+/]{43}='; /)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(page.headers.get('cache-control')).toBe('no-store')
})

it('B9: who takes for ever to ask is cut off, and so is who asks with 17 KB of headers', async () => {
  const drip = async (socket: Socket, first: string) => {
    socket.write(first)
    const timer = setInterval(() => socket.write('x'), 100)
    const ended = { yet: false }
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(timer)
      ended.yet = true
    })
    return ended
  }
  const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n'
  const slow = [
    await drip(await dial(), `${head}X-Slow: `),
    await drip(await dial(), `${head}Content-Length: 1000\r\n\r\n{`),
  ]
  const large = await dial()
  large.write(`${head}X-Large: ${'x'.repeat(17 * 1024)}\r\n\r\n`)
  const [refusal] = await once(large, 'data')
  expect(String(refusal)).toMatch(/^HTTP\/1.1 431 /)
  expect((await ask()).status).toBe(200)
  await expect.poll(() => slow.every(({ yet }) => yet)).toBe(true)
})

async function dial(): Promise<Socket> {
  const socket = connect(instance.port, 'localhost')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}
