import { createClient as createWebSocketClient } from 'graphql-ws'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createApiKeySecret } from '../../src/tenants/api-key-secret.ts'
import { createClient } from '../support/client.ts'
import { type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'

type Client = Pick<TestTenant, 'query'>

let gateway: Gateway
/** Where the gateway's time stands still, for tests of what comes back with time. */
let stillAt: Date | undefined

beforeAll(async () => {
  const clock = { now: () => stillAt ?? new Date() }
  gateway = await startGateway({ shared: true, app: { clock, trustedProxies: 1 } })
})
afterEach(() => {
  stillAt = undefined
})
afterAll(() => gateway.stop())

const keyFields = 'id name scopes createdAt expiresAt replacedById revokedAt'
const issued = `... on IssuedApiKey { secret apiKey { ${keyFields} } } ... on Error { code message } ... on InvalidInputError { field }`

async function create(by: Client, input: object) {
  const document = `mutation ($input: CreateApiKeyInput!) { result: createApiKey(input: $input) { ${issued} } }`
  return (await by.query(document, { input })).result
}

async function rotate(by: Client, input: object) {
  const document = `mutation ($input: RotateApiKeyInput!) { result: rotateApiKey(input: $input) { ${issued} } }`
  return (await by.query(document, { input })).result
}

async function revoke(by: Client, apiKeyId: string) {
  const document =
    'mutation ($id: ID!) { result: revokeApiKey(input: { apiKeyId: $id }) { ... on ApiKey { revokedAt } ... on Error { code message } } }'
  return (await by.query(document, { id: apiKeyId })).result
}

async function statusOf(secret: string, forwardedFor = '192.0.2.1'): Promise<number> {
  return (await ask(secret, forwardedFor)).status
}

function ask(secret: string, forwardedFor: string): Promise<Response> {
  return fetch(`${gateway.url}/graphql?query={__typename}`, {
    headers: { authorization: `Bearer ${secret}`, 'x-forwarded-for': forwardedFor },
  })
}

const tomorrow = () => new Date(Date.now() + 86_400_000)
const expire = (id: string) =>
  gateway.db.apiKey.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } })

it('D4: a key ends when it was said to, and a rotated one works on for the overlap', async () => {
  const tenant = await gateway.createTenant()
  const expiresAt = tomorrow().toISOString()
  const scopes = ['keys:manage', 'messages:read']
  const input = { tenantId: tenant.id, name: 'server', scopes }
  const past = await create(gateway.operator, { ...input, expiresAt: '2026-01-01T00:00:00Z' })
  expect(past).toMatchObject({ code: 'INVALID_INPUT', field: 'expiresAt' })
  const short = await create(gateway.operator, { ...input, expiresAt })
  expect(short.apiKey).toMatchObject({ expiresAt, replacedById: null })
  expect(await statusOf(short.secret)).toBe(200)
  await expire(short.apiKey.id)
  expect(await statusOf(short.secret)).toBe(401)
  expect(await rotate(tenant, { apiKeyId: short.apiKey.id })).toMatchObject({
    code: 'API_KEY_ENDED',
  })

  const old = await create(tenant, { name: 'server', scopes })
  for (const overlapSeconds of [-1, 2_592_001]) {
    expect(await rotate(tenant, { apiKeyId: old.apiKey.id, overlapSeconds })).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'overlapSeconds',
    })
  }
  const first = await rotate(createClient(gateway.url, old.secret), { apiKeyId: old.apiKey.id })
  expect(first.apiKey).toMatchObject({ name: 'server', scopes, expiresAt: null })
  expect(first.secret).not.toBe(old.secret)
  for (const { secret } of [old, first]) expect(await statusOf(secret)).toBe(200)
  const { apiKeys } = await tenant.query(`{ apiKeys(first: 2) { nodes { ${keyFields} } } }`)
  const dayLater = new Date(Date.parse(first.apiKey.createdAt) + 86_400_000).toISOString()
  expect(apiKeys.nodes).toEqual([
    first.apiKey,
    { ...old.apiKey, replacedById: first.apiKey.id, expiresAt: dayLater },
  ])
  expect(await rotate(tenant, { apiKeyId: old.apiKey.id })).toMatchObject({
    code: 'API_KEY_ENDED',
    message: expect.stringContaining(first.apiKey.id),
  })
  await expire(old.apiKey.id)
  expect(await statusOf(old.secret)).toBe(401)

  // Without overlap it ends at once, also where it listens.
  const document = 'subscription { messageReceived { cursor } }'
  const ending = await createClient(gateway.url, first.secret).subscribe(document)
  const staying = await tenant.subscribe(document)
  const second = await rotate(tenant, { apiKeyId: first.apiKey.id, overlapSeconds: 0 })
  expect(await statusOf(first.secret)).toBe(401)
  expect(await statusOf(second.secret)).toBe(200)
  await expect.poll(() => ending.failure?.code).toBe(4403)
  expect(staying.failure).toBeUndefined()
})

it('D4: of many rotations of a key at once, one makes a successor', async () => {
  const tenant = await gateway.createTenant()
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => rotate(gateway.operator, { apiKeyId: tenant.apiKeyId })),
  )
  const successors = outcomes.flatMap(({ apiKey }) => apiKey?.id ?? [])
  expect(successors).toHaveLength(1)
  expect(outcomes.filter(({ code }) => code === 'API_KEY_ENDED')).toHaveLength(7)
  const rows = await gateway.db.apiKey.findMany({ where: { tenantId: tenant.id } })
  expect(rows.map(({ id }) => id).sort()).toEqual([tenant.apiKeyId, ...successors].sort())
})

it('D6: who tries many keys is told to wait, over HTTP, REST and WebSocket; keys that work go on', async () => {
  const tenant = await gateway.createTenant()
  const [guesser, neighbour] = ['203.0.113.1', '203.0.113.2']
  const guess = (from = guesser) => statusOf(createApiKeySecret(), from)
  stillAt = new Date()
  for (let i = 0; i < 100; i += 10) {
    const some = await Promise.all(Array.from({ length: 10 }, () => guess()))
    expect(new Set(some)).toEqual(new Set([401]))
  }
  expect(await guess()).toBe(429)
  // What the proxy did not write itself is not believed.
  const refused = await ask('nonsense', `198.51.100.7, ${guesser}`)
  const { errors } = (await refused.json()) as any
  expect(refused.status).toBe(429)
  expect(errors[0].extensions).toEqual({
    code: 'RATE_LIMITED',
    limit: 'failedKeys',
    retryAfter: Number(refused.headers.get('retry-after')),
  })
  const rest = await fetch(`${gateway.url}/v1/rc/status`, {
    headers: { authorization: 'Bearer nonsense', 'x-forwarded-for': guesser },
  })
  expect(rest.status).toBe(429)
  expect(await rest.json()).toEqual({ error: 'Too many requests' })
  expect(await closing('nonsense', guesser)).toBe(4429)

  expect(await statusOf(tenant.secret, guesser)).toBe(200)
  expect(await guess(neighbour)).toBe(401)
  expect(await closing('nonsense', neighbour)).toBe(4403)
})

it('D6: who has all addresses of an IPv6 network is one guesser, and the next network another', async () => {
  stillAt = new Date()
  const guess = (n: number) => statusOf('nonsense', `2001:db8:0:7:${n.toString(16)}::1`)
  for (let n = 1; n <= 100; n += 1) expect(await guess(n)).toBe(401)
  expect(await guess(101)).toBe(429)
  expect(await statusOf('nonsense', '2001:db8:0:8::1')).toBe(401)
})

/** The code that a WebSocket with such a key ends with. */
function closing(secret: string, forwardedFor: string): Promise<number> {
  class FromThere extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { headers: { 'x-forwarded-for': forwardedFor } })
    }
  }
  return new Promise((resolve) => {
    const client = createWebSocketClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: FromThere,
      connectionParams: { authorization: `Bearer ${secret}` },
      retryAttempts: 0,
      on: { closed: (event) => resolve((event as { code: number }).code) },
    })
    const ignored = { next: () => undefined, error: () => undefined, complete: () => undefined }
    client.subscribe({ query: '{ __typename }' }, ignored)
  })
}

it('D7: a key makes none that may do more than itself, and reaches no key of another tenant', async () => {
  const [tenant, other] = [await gateway.createTenant(), await gateway.createTenant()]
  const expiresAt = tomorrow().toISOString()
  const { secret, apiKey } = await create(gateway.operator, {
    tenantId: tenant.id,
    name: 'keeper',
    scopes: ['keys:manage', 'messages:read'],
    expiresAt,
  })
  const keeper = createClient(gateway.url, secret)
  const keys = () => gateway.db.apiKey.findMany({ orderBy: { id: 'asc' } })
  const before = await keys()

  for (const scopes of [['messages:send'], ['messages:read', 'audit:read']]) {
    const document =
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename } }'
    const [error] = await keeper.errors(document, { input: { name: 'more', scopes } })
    expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', scope: scopes.at(-1) })
  }
  const [error] = await keeper.errors(
    'mutation ($id: ID!) { rotateApiKey(input: { apiKeyId: $id }) { __typename } }',
    { id: tenant.apiKeyId },
  )
  expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', scope: expect.any(String) })
  const afterwards = new Date(Date.parse(expiresAt) + 1).toISOString()
  const reads = { name: 'reader', scopes: ['messages:read'] }
  expect(await create(keeper, { ...reads, expiresAt: afterwards })).toMatchObject({
    code: 'INVALID_INPUT',
    field: 'expiresAt',
  })
  const renewed = await rotate(keeper, { apiKeyId: apiKey.id, expiresAt: afterwards })
  expect(renewed).toMatchObject({ code: 'INVALID_INPUT', field: 'expiresAt' })

  // Another tenant, and its keys, are to it what nobody has ever heard of.
  const nobody = { tenant: 'ten_01k00000000000000000000000', key: 'key_01k00000000000000000000000' }
  const asked = [
    [(id: string) => create(keeper, { ...reads, tenantId: id }), other.id, nobody.tenant],
    [(id: string) => rotate(keeper, { apiKeyId: id }), other.apiKeyId, nobody.key],
    [(id: string) => revoke(keeper, id), other.apiKeyId, nobody.key],
  ] as const
  for (const [attempt, theirs, unknown] of asked) {
    const [told, expected] = [await attempt(theirs), await attempt(unknown)]
    expect(told.code).toMatch(/_NOT_FOUND$/)
    expect(JSON.stringify(told).replaceAll(theirs, unknown)).toBe(JSON.stringify(expected))
  }
  const withoutUse = (rows: Awaited<ReturnType<typeof keys>>) =>
    rows.map(({ lastUsedAt: _, ...row }) => row)
  expect(withoutUse(await keys())).toEqual(withoutUse(before))

  // What it may do, with and without its tenant's id, ends when it does.
  for (const tenantId of [undefined, tenant.id]) {
    const made = await create(keeper, { ...reads, tenantId })
    expect(made.apiKey).toMatchObject({ scopes: ['messages:read'], expiresAt })
    expect(await revoke(keeper, made.apiKey.id)).toEqual({ revokedAt: expect.any(String) })
    expect(await statusOf(made.secret)).toBe(401)
  }
})
