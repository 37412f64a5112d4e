import { once } from 'node:events'
import { beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openStream } from '../events/sse.ts'
import { type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { dial } from '../support/raw-socket.ts'

const friend = 'https://crm.example.com'
const query = 'subscription { messageReceived { cursor } }'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { corsOrigins: [friend] } })
  acme = await gateway.createTenant()
  return gateway.stop
})

/** What becomes of an upgrade from a page of this origin: 101, or how it is refused. */
async function knock(origin: string, at = gateway.url): Promise<number | undefined> {
  const socket = new WebSocket(`${at.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    origin,
  })
  socket.on('error', () => undefined)
  try {
    return await Promise.race([
      once(socket, 'open').then(() => 101),
      once(socket, 'unexpected-response').then(([, response]) => response.statusCode),
    ])
  } finally {
    socket.terminate()
  }
}

it('C8: a WebSocket is opened to programs, our own pages and listed ones, and to no other page', async () => {
  expect(await knock(friend)).toBe(101)
  expect(await knock(new URL(gateway.url).origin)).toBe(101)
  for (const origin of [
    'https://evil.example',
    'null',
    `${friend}.evil.example`,
    'http://localhost:1',
  ]) {
    expect(await knock(origin), origin).toBe(403)
  }
  // Where people reach us is known: then it is that, and not by which name we are asked.
  const { port } = await gateway.startInstance({
    role: 'web',
    publicUrl: 'https://rql.example.com',
  })
  const at = `http://localhost:${port}`
  expect(await knock(at, at)).toBe(403)
  expect(await knock('https://rql.example.com', at)).toBe(101)
  await (await dial(at, acme.secret)).init()
})

async function subscribers() {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
  return Number(/^ringql_subscribers (\d+)$/m.exec(metrics)?.[1])
}

it('C14: subscriptions that are completed, closed, cut or aborted leave nothing behind', async () => {
  const perSocket = 20
  const openSocket = async () => {
    const line = await dial(gateway.url, acme.secret)
    await line.init()
    for (let n = 0; n < perSocket; n += 1) {
      line.say({ id: `${n}`, type: 'subscribe', payload: { query } })
    }
    return line
  }
  const open = (n: number) => Promise.all(Array.from({ length: n }, openSocket))
  const [completed, closed, cut] = [await open(5), await open(5), await open(5)]
  const streams = await Promise.all(
    Array.from({ length: 50 }, () => openStream(gateway.url, acme.secret, { query })),
  )
  await expect.poll(subscribers).toBe(3 * 5 * perSocket + 50)
  for (const { say } of completed) {
    for (let n = 0; n < perSocket; n += 1) say({ id: `${n}`, type: 'complete' })
  }
  for (const { socket } of closed) socket.close()
  for (const { socket } of cut) socket.terminate()
  for (const stream of streams) await stream.abort()
  await expect.poll(subscribers).toBe(0)
})
