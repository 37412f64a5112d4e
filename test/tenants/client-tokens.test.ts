import { createClient as createWebSocketClient } from 'graphql-ws'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { App } from '../../src/app.ts'
import { openStream } from '../events/sse.ts'
import { createClient } from '../support/client.ts'
import { browserOf, mint } from '../support/client-tokens.ts'
import { type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { sharedTime } from '../support/time.ts'

const time = sharedTime({ shared: true })
const testKey = { id: 'test', key: Buffer.alloc(32, 7) }
const document = 'subscription { messageReceived { cursor } }'
let gateway: Gateway
let second: App
/** Where the second instance answers: by name it is the same gateway. */
let there: string

beforeAll(async () => {
  gateway = await startGateway(time)
  second = await gateway.startInstance({
    role: 'web',
    publicUrl: gateway.url,
    encryptionKeys: [{ id: 'next', key: Buffer.alloc(32, 8) }, testKey],
  })
  there = `http://localhost:${second.port}`
})
afterAll(async () => {
  await gateway.stop()
  time.close()
})

const scopes = ['messages:read']

async function statusOf(token: string, url = gateway.url): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ messages { totalCount } }' }),
  })
  return response.status
}

const spareKey = async (tenant: TestTenant, name: string, some: string[]) => {
  const { result } = await gateway.operator.query(
    'mutation ($input: CreateApiKeyInput!) { result: createApiKey(input: $input) { ... on IssuedApiKey { secret apiKey { id } } } }',
    { input: { tenantId: tenant.id, name, scopes: some } },
  )
  return { id: result.apiKey.id as string, ...createClient(gateway.url, result.secret) }
}

test('a client token works over HTTP, WebSocket and SSE at every instance, for 15 minutes or as long as asked', async () => {
  const tenant = await gateway.createTenant()
  const before = Math.floor(time.app.clock.now().getTime() / 1000) * 1000
  const usual = await mint(tenant, { scopes })
  expect(usual).toEqual({
    id: expect.stringMatching(/^clt_/),
    token: expect.stringMatching(/^eyJ/),
    scopes,
    expiresAt: expect.any(String),
  })
  const life = Date.parse(usual.expiresAt) - before
  expect(life).toBeGreaterThanOrEqual(900_000)
  expect(life).toBeLessThan(960_000)

  for (const url of [gateway.url, there]) {
    expect(await statusOf(usual.token, url)).toBe(200)
    const socket = await createClient(gateway.url, usual.token).subscribe(document, {}, url)
    const stream = await openStream(url, usual.token, { query: document })
    expect(stream.response.status).toBe(200)
    expect(socket.failure).toBeUndefined()
    await stream.abort()
  }
  const short = await mint(tenant, { scopes, ttlSeconds: 60, label: ' Ava ' })
  await time.pass(61_000)
  expect(await statusOf(short.token)).toBe(401)
  expect(await statusOf(usual.token)).toBe(200)
})

test('D7: a client token is no wider than its key, never makes others, and loses what its key loses', async () => {
  const tenant = await gateway.createTenant()
  const narrow = await spareKey(tenant, 'narrow', ['tokens:create', 'messages:read', 'calls:read'])
  expect(await mint(narrow, { scopes: ['messages:read', 'messages:send', 'people:read'] })).toEqual(
    {
      code: 'SCOPES_NOT_GRANTED',
      scopes: ['messages:send', 'people:read'],
    },
  )
  const tooMany = Array.from({ length: 101 }, () => 'messages:read')
  for (const unfit of [['tokens:create'], ['keys:manage'], ['everything'], [], tooMany]) {
    expect(await mint(tenant, { scopes: unfit })).toEqual({
      code: 'INVALID_INPUT',
      field: 'scopes',
    })
  }
  for (const ttlSeconds of [0, -1, 86_401]) {
    const refused = await mint(tenant, { scopes, ttlSeconds })
    expect(refused).toEqual({ code: 'INVALID_INPUT', field: 'ttlSeconds' })
  }

  const browser = await browserOf(gateway.url, narrow, { scopes: ['messages:read', 'calls:read'] })
  const [error] = await browser.errors('{ extensions { totalCount } }')
  expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'extensions:read' })
  const [again] = await browser.errors(
    'mutation { createClientToken(input: { scopes: ["messages:read"] }) { __typename } }',
  )
  expect(again.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'tokens:create' })
  await gateway.db.apiKey.update({ where: { id: narrow.id }, data: { scopes: ['calls:read'] } })
  const [lost] = await browser.errors('{ messages { totalCount } }')
  expect(lost.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'messages:read' })
  expect(await browser.query('{ callLogs { totalCount } }')).toBeTruthy()
})

test('a token that is forged, altered, of another gateway or of a key that is not known is none', async () => {
  const tenant = await gateway.createTenant()
  const { token } = await mint(tenant, { scopes })
  const [header = '', payload = '', signature = ''] = token.split('.')
  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = decoded(payload)
  expect(decoded(header)).toMatchObject({ alg: 'HS256', kid: 'test' })
  const signed = (kid: string, key: Buffer) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'client+jwt', kid }).sign(key)
  const foreign = await gateway.startInstance({ role: 'web', publicUrl: 'https://other.example' })
  const ofForeign = await mint(createClient(`http://localhost:${foreign.port}`, tenant.secret), {
    scopes,
  })
  const atSecond = await mint(createClient(there, tenant.secret), { scopes })
  const none = [
    new UnsecuredJWT(claims).encode(),
    `${header}.${encoded({ ...claims, scp: ['messages:send'] })}.${signature}`,
    `${encoded({ ...decoded(header), kid: 'next' })}.${payload}.${signature}`,
    // With the key that seals, and with none that there is: what signs is derived.
    await signed('test', testKey.key),
    await signed('unknown', Buffer.alloc(32, 9)),
    ofForeign.token,
  ]
  for (const one of none) expect(await statusOf(one)).toBe(401)
  expect(await statusOf(token)).toBe(200)
  // The key that a rotation brings in signs at once, and is checked where it is known.
  expect(decoded(atSecond.token.split('.')[0])).toMatchObject({ kid: 'next' })
  expect(await statusOf(atSecond.token, there)).toBe(200)
  expect(await statusOf(atSecond.token)).toBe(401)
})

test('a token ends when it is revoked: by the key that made it, or by one that manages keys; both are written down', async () => {
  const tenant = await gateway.createTenant()
  const other = await spareKey(tenant, 'other', ['tokens:create', 'messages:read'])
  const [first, next, last] = [
    await mint(tenant, { scopes }),
    await mint(tenant, { scopes }),
    await mint(tenant, { scopes }),
  ]
  const ofOther = await mint(other, { scopes })
  const revoke = async (as: { query: TestTenant['query'] }, id: string) => {
    const { revokeClientToken } = await as.query(
      'mutation ($id: ID!) { revokeClientToken(input: { id: $id }) { ... on RevokedClientToken { id revokedAt } ... on Error { code } } }',
      { id },
    )
    return revokeClientToken
  }

  expect(await revoke(other, first.id)).toEqual({ code: 'CLIENT_TOKEN_NOT_FOUND' })
  const revoked = await revoke(tenant, first.id)
  expect(revoked).toEqual({ id: first.id, revokedAt: expect.any(String) })
  expect(await revoke(tenant, first.id)).toEqual(revoked)
  expect(await statusOf(first.token)).toBe(401)
  expect(await statusOf(next.token, there)).toBe(200)

  await gateway.db.apiKey.update({
    where: { id: other.id },
    data: { scopes: ['tokens:create', 'messages:read', 'keys:manage'] },
  })
  expect(await revoke(other, next.id)).toMatchObject({ id: next.id })
  expect(await statusOf(next.token)).toBe(401)

  const { revokeClientTokens } = await tenant.query(
    'mutation { revokeClientTokens { ... on RevokedClientTokens { count } } }',
  )
  expect(revokeClientTokens).toEqual({ count: 1 })
  expect(await statusOf(last.token, there)).toBe(401)
  expect(await statusOf(ofOther.token)).toBe(200)

  const entries = await gateway.db.auditEntry.findMany({
    where: { tenantId: tenant.id, action: { startsWith: 'CLIENT_TOKEN' } },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  })
  expect(entries.map(({ action, subjectId }) => [action, subjectId])).toEqual([
    ['CLIENT_TOKEN_CREATED', first.id],
    ['CLIENT_TOKEN_CREATED', next.id],
    ['CLIENT_TOKEN_CREATED', last.id],
    ['CLIENT_TOKEN_CREATED', ofOther.id],
    ['CLIENT_TOKEN_REVOKED', first.id],
    ['CLIENT_TOKEN_REVOKED', next.id],
    ['CLIENT_TOKEN_REVOKED', tenant.apiKeyId],
  ])
  expect(JSON.stringify(entries)).not.toContain(first.token)
})

/** A browser's graphql-ws client, with what the server pings and pongs. */
async function openSocket(token: string) {
  const connected = Promise.withResolvers<void>()
  const heard: any[] = []
  let socket: WebSocket | undefined
  let closed: { code: number; reason: string } | undefined
  const client = createWebSocketClient({
    url: `${there.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    on: {
      opened: (opened) => {
        socket = opened as WebSocket
      },
      connected: () => connected.resolve(),
      ping: (received, payload) => received && heard.push(payload),
      pong: (received, payload) => received && heard.push(payload),
      closed: (event) => {
        closed = event as { code: number; reason: string }
      },
    },
  })
  const events: any[] = []
  client.subscribe(
    { query: 'subscription { extensionChanged { extension { status } } }' },
    { next: (event) => events.push(event), error: () => undefined, complete: () => undefined },
  )
  onTestFinished(() => client.dispose())
  await connected.promise
  const ping = (payload: object) => socket?.send(JSON.stringify({ type: 'ping', payload }))
  return {
    heard,
    events,
    renew: (next: string) => ping({ authorization: `Bearer ${next}` }),
    get closed() {
      return closed
    },
  }
}

test('a socket is told before its token ends, and renews it in place; who does not is closed with 4403', async () => {
  const tenant = await gateway.createTenant()
  const stranger = await gateway.createTenant()
  const wanted = { scopes: ['extensions:read', 'messages:read'] }
  const token = await mint(tenant, wanted)
  const renewing = await openSocket(token.token)
  const idle = await openSocket(token.token)
  await time.pass(841_000)
  const expiring = { type: 'token-expiring', expiresAt: token.expiresAt }
  await expect.poll(() => [renewing.heard, idle.heard]).toEqual([[expiring], [expiring]])

  const refused: [string, string][] = [
    ['nonsense', 'unauthenticated'],
    [(await mint(stranger, wanted)).token, 'It is of another tenant'],
    [(await mint(tenant, { scopes })).token, 'It lacks extensions:read'],
  ]
  for (const [other, reason] of refused) {
    renewing.renew(other)
    await expect.poll(() => renewing.heard.at(-1)).toEqual({ type: 'token-refused', reason })
  }
  const renewal = await mint(tenant, wanted)
  renewing.renew(renewal.token)
  const renewed = { type: 'token-renewed', expiresAt: renewal.expiresAt }
  await expect.poll(() => renewing.heard.at(-1)).toEqual(renewed)

  await time.pass(60_000)
  await expect.poll(() => idle.closed).toMatchObject({ code: 4403, reason: 'Token expired' })
  expect(renewing.closed).toBeUndefined()
  // The subscription goes on, and the socket stands on the new token alone.
  await tenant.connect()
  await expect.poll(() => renewing.events.length).toBeGreaterThan(0)
  await tenant.query(
    'mutation ($id: ID!) { revokeClientToken(input: { id: $id }) { __typename } }',
    {
      id: renewal.id,
    },
  )
  await expect.poll(() => renewing.closed).toMatchObject({ code: 4403, reason: 'Forbidden' })
})
