import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { openStream } from '../events/sse.ts'
import { mint } from '../support/client-tokens.ts'
import { startGateway } from '../support/gateway.ts'
import { dial } from '../support/raw-socket.ts'
import { transports } from './transports.ts'

const page = '{ messages(first: 100) { nodes { id } } }'
const texting = { scopes: ['messages:read'] }
const texts = 'subscription { messageChanged { cursor } }'

test('J4: a key that asks for too much in too short a time waits, whichever way it asks, and no other does', async () => {
  const gateway = await startGateway({ app: { costLimit: { capacity: 250, perMinute: 60 } } })
  const [acme, other] = [await gateway.createTenant(), await gateway.createTenant()]
  const ask = (secret: string) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: page }),
    })
  expect([(await ask(acme.secret)).status, (await ask(acme.secret)).status]).toEqual([200, 200])

  const refused = await ask(acme.secret)
  const { errors } = (await refused.json()) as { errors: any[] }
  expect(refused.status).toBe(429)
  expect(errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', limit: 'cost' })
  // A hundred cost a minute and more than a half, less what has come back since.
  expect(errors[0].extensions.retryAfter).toBeLessThanOrEqual(50)
  expect(refused.headers.get('retry-after')).toBe(String(errors[0].extensions.retryAfter))

  for (const transport of ['SSE', 'WebSocket'] as const) {
    const answer = await transports[transport](gateway, acme.secret, { query: page })
    expect(answer.errors?.[0]?.extensions?.code).toBe('RATE_LIMITED')
  }
  expect((await ask(other.secret)).status).toBe(200)
  await gateway.operator.query('{ tenants(first: 100) { nodes { id } } }')
})

test('J4: one client token asks for a part of what its key may, and all of them for at most half', async () => {
  const gateway = await startGateway({ app: { costLimit: { capacity: 251_000, perMinute: 60 } } })
  const acme = await gateway.createTenant()
  const wide =
    '{ messages(first: 100) { nodes { conversation { messages(first: 100) { nodes { id } } } } } }'
  const limitOf = async (secret: string) => {
    const { errors } = await transports.HTTP(gateway, secret, { query: wide })
    return errors?.[0]?.extensions?.limit
  }
  const ask = async () => {
    const { token } = await mint(acme, texting)
    return [await limitOf(token), await limitOf(token), await limitOf(token)]
  }
  // Each costs 10,200: a token has 25,100, all of them 125,500.
  for (let n = 0; n < 6; n += 1) {
    expect(await ask()).toEqual([undefined, undefined, 'costPerClientToken'])
  }
  expect(await ask()).toEqual(Array(3).fill('costOfClientTokens'))
  expect(await limitOf(acme.secret)).toBe(undefined)
})

const subscribe = (id: string, query = texts) => ({ id, type: 'subscribe', payload: { query } })

test('C5: a socket carries so many operations at once, and lives when asked for more', async () => {
  const gateway = await startGateway({ app: { streamLimits: { perSocket: 2 } } })
  const { secret } = await gateway.createTenant()
  const socket = await dial(gateway.url, secret)
  await socket.init()
  for (const id of ['one', 'two', 'three']) socket.say(subscribe(id))
  expect((await socket.about('three')).payload).toEqual([
    expect.objectContaining({
      extensions: { code: 'SUBSCRIPTION_LIMIT', limit: 'operationsPerSocket', max: 2 },
    }),
  ])
  socket.say({ id: 'one', type: 'complete' })
  await expect
    .poll(async () => {
      const id = randomUUID()
      socket.say(subscribe(id, '{ __typename }'))
      return (await socket.about(id)).type
    })
    .toBe('next')
})

test('C13: a key holds so many streams, over WebSocket and SSE together, until it gives one up', async () => {
  const gateway = await startGateway({ app: { streamLimits: { perKey: 2 } } })
  const [acme, other] = [await gateway.createTenant(), await gateway.createTenant()]
  const socket = await dial(gateway.url, acme.secret)
  await socket.init()
  const stream = await openStream(gateway.url, acme.secret, { query: texts })
  expect(stream.response.status).toBe(200)

  const refused = await openStream(gateway.url, acme.secret, { query: texts })
  expect(refused.response.status).toBe(429)
  const late = await dial(gateway.url, acme.secret)
  late.say({ type: 'connection_init', payload: { authorization: `Bearer ${acme.secret}` } })
  expect(await late.closed).toEqual({ code: 1013, reason: 'Too many streams' })
  // What is no stream is not counted, and others have places of their own.
  await acme.query('{ __typename }')
  await (await dial(gateway.url, other.secret)).init()

  socket.socket.close()
  await socket.closed
  await expect
    .poll(
      async () => (await openStream(gateway.url, acme.secret, { query: texts })).response.status,
    )
    .toBe(200)
})

test('C13: one client token holds a part of its key’s streams, and all of them at most half', async () => {
  const gateway = await startGateway({ app: { streamLimits: { perKey: 50 } } })
  const acme = await gateway.createTenant()
  const [one, other] = [await mint(acme, texting), await mint(acme, texting)]
  const open = async (secret: string, n: number) => {
    for (let i = 0; i < n; i += 1) {
      const { response } = await openStream(gateway.url, secret, { query: texts })
      expect(response.status).toBe(200)
    }
  }
  const refused = async (secret: string) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: texts }),
    })
    expect(response.status).toBe(429)
    const { errors } = (await response.json()) as { errors: any[] }
    return errors[0].extensions
  }
  await open(one.token, 20)
  expect(await refused(one.token)).toEqual({
    code: 'SUBSCRIPTION_LIMIT',
    limit: 'streamsPerClientToken',
  })
  await open(other.token, 5)
  expect(await refused(other.token)).toEqual({
    code: 'SUBSCRIPTION_LIMIT',
    limit: 'streamsOfClientTokens',
  })
  const late = await dial(gateway.url, other.token)
  late.say({ type: 'connection_init', payload: { authorization: `Bearer ${other.token}` } })
  expect(await late.closed).toEqual({
    code: 1013,
    reason: 'Too many streams of client tokens',
  })
  await open(acme.secret, 25)
  expect(await refused(acme.secret)).toMatchObject({ limit: 'streams' })
})

test('C13: so many sockets of an address have yet to say who they are; one more is refused before it is open', async () => {
  const gateway = await startGateway({
    app: { trustedProxies: 1, streamLimits: { perAddress: 3 } },
  })
  const { secret } = await gateway.createTenant()
  const knock = async (from: string) => {
    const socket = new WebSocket(
      `${gateway.url.replace('http', 'ws')}/graphql`,
      'graphql-transport-ws',
      { headers: { 'x-forwarded-for': from } },
    )
    onTestFinished(() => socket.terminate())
    socket.on('error', () => undefined)
    const status = await Promise.race([
      once(socket, 'open').then(() => 101),
      once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode as number),
    ])
    return { socket, status }
  }
  const statusFrom = async (from: string) => (await knock(from)).status
  const [there, elsewhere] = ['2001:db8:0:7::1', '2001:db8:0:8::1']
  const [one, other] = [await knock(there), await knock('2001:db8:0:7::2')]
  expect(await statusFrom(there)).toBe(101)
  expect(await statusFrom(there)).toBe(429)
  expect(await statusFrom(elsewhere)).toBe(101)

  const payload = { authorization: `Bearer ${secret}` }
  one.socket.send(JSON.stringify({ type: 'connection_init', payload }))
  await once(one.socket, 'message')
  expect(await statusFrom(there)).toBe(101)
  expect(await statusFrom(there)).toBe(429)
  other.socket.terminate()
  await expect.poll(() => statusFrom(there)).toBe(101)
})

test('C7: who floods a socket with messages, or with pings, is cut for good; others are not', async () => {
  const gateway = await startGateway()
  const { secret } = await gateway.createTenant()
  const calm = await dial(gateway.url, secret)
  await calm.init()
  const chatty = await dial(gateway.url, secret)
  await chatty.init()
  for (let n = 0; n < 1_000; n += 1) chatty.say({ type: 'ping' })
  expect(await chatty.closed).toEqual({ code: 4429, reason: 'Too many messages' })
  expect(chatty.messages.filter(({ type }) => type === 'pong').length).toBeLessThanOrEqual(200)
  const knocking = await dial(gateway.url, secret)
  await knocking.init()
  for (let n = 0; n < 1_000; n += 1) knocking.socket.ping()
  await knocking.closed
  calm.say(subscribe('one', '{ __typename }'))
  expect((await calm.about('one')).type).toBe('next')
})
