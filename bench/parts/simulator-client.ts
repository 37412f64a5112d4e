/** Some extensions log in and text through the simulator, each over connections that stay open. Tells how it went. */
import { Agent, request } from 'node:http'
import type { Serving } from './simulator.ts'

export interface Load {
  accepted: number
  refused: number
  seconds: number
  p50Ms: number
  p99Ms: number
}

const senders = 8
const connections = 16

const [, , serving = '', messages = ''] = process.argv
await load(JSON.parse(serving), Number(messages))

async function load(serving: Serving, messages: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const people = await Promise.all(
    Array.from({ length: senders }, async (_, i) => {
      const number = 3 + i
      const token = await logIn(serving, String(70_000_000_000 + number))
      return { token, from: `+1646${5_570_000 + number}` }
    }),
  )
  const took: number[] = []
  let refused = 0
  let next = 0
  const text = async () => {
    while (next < messages) {
      const { token, from } = people[next % senders] as (typeof people)[number]
      const to = `+1310${5_550_000 + 20_000 + (next % 5000)}`
      next += 1
      const before = performance.now()
      const status = await post(agent, serving.url, token, {
        from: { phoneNumber: from },
        to: [{ phoneNumber: to }],
        text: `Your order ${next} is on its way and should arrive tomorrow before noon.`,
      })
      took.push(performance.now() - before)
      if (status !== 200) refused += 1
    }
  }
  const before = performance.now()
  await Promise.all(Array.from({ length: connections }, text))
  const seconds = (performance.now() - before) / 1000
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor(took.length * share)] ?? Number.NaN
  const result: Load = {
    accepted: messages - refused,
    refused,
    seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
  process.send?.(result)
  agent.destroy()
  process.disconnect()
}

async function logIn(
  { url, clientId, clientSecret }: Serving,
  extensionId: string,
): Promise<string> {
  const redirect_uri = 'http://client.test/callback'
  const consent = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri,
    decision: 'allow',
    extensionId,
  }
  const address = `${url}/restapi/oauth/authorize`
  const body = new URLSearchParams(consent)
  const allowed = await fetch(address, { method: 'POST', body, redirect: 'manual' })
  const code = new URL(allowed.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const answer = await fetch(`${url}/restapi/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

function post(agent: Agent, url: string, token: string, body: object): Promise<number> {
  const text = JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sending = request(`${url}/restapi/v1.0/account/~/extension/~/sms`, {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      },
    })
    sending.on('error', reject)
    sending.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sending.end(text)
  })
}
