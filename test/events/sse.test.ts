import { beforeAll, describe, expect, it } from 'vitest'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { stranger } from '../support/texts.ts'
import { openStream } from './sse.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

const query =
  'subscription ($after: String) { messageReceived(after: $after) { cursor message { text } } }'

async function subscribers() {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
  return Number(/^ringql_subscribers (\d+)$/m.exec(metrics)?.[1])
}

describe('a subscription over SSE', () => {
  it('brings texts, and goes on after a cursor', async () => {
    const stream = await openStream(gateway.url, acme.secret, { query })
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    await expect.poll(subscribers).toBe(1)
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'First' })
    await expect.poll(() => stream.events).toHaveLength(1)
    const [first] = stream.events
    const { cursor, message } = first?.data.data.messageReceived ?? {}
    expect(message.text).toBe('First')
    await stream.abort()
    await expect.poll(subscribers).toBe(0)

    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'Meanwhile' })
    const again = await openStream(gateway.url, acme.secret, {
      query,
      variables: { after: cursor },
    })
    await expect.poll(() => again.events).toHaveLength(1)
    expect(again.events[0]?.data.data.messageReceived.message.text).toBe('Meanwhile')
    await again.abort()
    await expect.poll(subscribers).toBe(0)
  })

  it('answers what is wrong in the stream, and ends it', async () => {
    for (const [body, code] of [
      [{ query, variables: { after: 'garbage' } }, 'BAD_USER_INPUT'],
      [{ query: 'subscription { nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ query: 'subscription {' }, 'GRAPHQL_PARSE_FAILED'],
    ] as const) {
      const stream = await openStream(gateway.url, acme.secret, body)
      await expect.poll(() => stream.over).toBe(true)
      const text = JSON.stringify(stream.events)
      expect(text).toContain(code)
      expect(text).not.toMatch(/node_modules/)
    }
  })

  it('is refused without a good key before anything runs', async () => {
    const stream = await openStream(gateway.url, 'rql_nobody', { query })
    expect(stream.response.status).toBe(401)
  })

  it.each(['text/event-stream', '*/*'])(
    'ends when its key is revoked, if the client accepts %s',
    async (accept) => {
      const { apiKey, secret } = await anotherKey()
      const stream = await openStream(gateway.url, secret, { query }, accept)
      expect(stream.response.status).toBe(200)
      await expect.poll(subscribers).toBe(1)
      await gateway.operator.query(
        `mutation { revokeApiKey(input: { apiKeyId: "${apiKey.id}" }) { __typename } }`,
      )
      await expect.poll(() => stream.over).toBe(true)
      expect(await subscribers()).toBe(0)
    },
  )

  it.each(['application/json', 'multipart/mixed', 'text/html'])(
    'never begins if the client accepts only %s, and leaves nothing behind',
    async (accept) => {
      const stream = await openStream(gateway.url, acme.secret, { query }, accept)
      expect(stream.response.status).toBe(406)
      expect(await subscribers()).toBe(0)
    },
  )

  it('tells of a place that is missing in the log, and ends', async () => {
    const stream = await openStream(gateway.url, acme.secret, { query })
    await gateway.db.eventLog.update({
      where: { tenantId: acme.id },
      data: { lastSequence: { increment: 1 } },
    })
    await expect.poll(() => stream.over).toBe(true)
    expect(JSON.stringify(stream.events)).toContain('CURSOR_EXPIRED')
  })
})

async function anotherKey() {
  const { result } = await gateway.operator.query(
    `mutation { result: createApiKey(input: { tenantId: "${acme.id}", name: "stream", scopes: ["messages:read"] }) { ... on IssuedApiKey { secret apiKey { id } } } }`,
  )
  return result
}
