import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiKeySecret, isApiKeySecret } from '../../src/tenants/api-key-secret.ts'
import { createClient } from '../support/client.ts'
import { dumpDatabase, tracesOf } from '../support/dump.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'

let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
})
afterAll(() => gateway.stop())

const keyFields = 'id name prefix scopes createdAt expiresAt lastUsedAt revokedAt replacedById'

async function createKey(input: { tenantId: string; name: string; scopes: string[] }) {
  const { createApiKey } = await gateway.operator.query(
    `mutation ($input: CreateApiKeyInput!) {
      createApiKey(input: $input) {
        ... on IssuedApiKey { secret apiKey { ${keyFields} } }
        ... on InvalidInputError { field }
        ... on Error { code message }
      }
    }`,
    { input },
  )
  return createApiKey
}

async function revoke(apiKeyId: string) {
  const { revokeApiKey } = await gateway.operator.query(
    `mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { ... on ApiKey { ${keyFields} } ... on Error { code } } }`,
    { id: apiKeyId },
  )
  return revokeApiKey
}

/** The keys of a tenant as the operator sees them. */
async function listed(tenantId: string) {
  const { tenants } = await gateway.operator.query(
    `{ tenants(first: 100) { nodes { id apiKeys { ${keyFields} } } } }`,
  )
  return tenants.nodes.find((tenant: { id: string }) => tenant.id === tenantId).apiKeys
}

describe('an API key', () => {
  test('is shown once and listed by its first characters, newest first', async () => {
    const tenant = await gateway.createTenant()
    const issued = await createKey({
      tenantId: tenant.id,
      name: ' production server ',
      scopes: ['messages:send', 'messages:read', 'messages:send'],
    })
    expect(issued.secret).toMatch(/^rql_[0-9A-Za-z]{36}$/)
    expect(issued.apiKey).toEqual({
      id: expect.stringMatching(/^key_[0-9a-z]{26}$/),
      name: 'production server',
      prefix: issued.secret.slice(0, 10),
      scopes: ['messages:send', 'messages:read'],
      createdAt: expect.any(String),
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
      replacedById: null,
    })
    const keys = await listed(tenant.id)
    expect(keys.map((key: { id: string }) => key.id)).toEqual([issued.apiKey.id, tenant.apiKeyId])
    expect(JSON.stringify(keys)).not.toContain(issued.secret)
  })

  test('may do what its scopes say and nothing else', async () => {
    const { id } = await gateway.createTenant()
    const { secret } = await createKey({ tenantId: id, name: 'reader', scopes: ['calls:read'] })
    const app = createClient(gateway.url, secret)
    expect(await app.query('{ callLogs { totalCount } }')).toEqual({ callLogs: { totalCount: 0 } })
    const [error] = await app.errors('{ messages { totalCount } }')
    expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'messages:read' })
  })

  test.each([
    [{ name: '', scopes: ['calls:read'] }, 'name'],
    [{ name: 'x'.repeat(101), scopes: ['calls:read'] }, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['calls:read', 'everything'] }, 'scopes'],
    [{ name: 'x', scopes: ['toString'] }, 'scopes'],
  ])('is not made of %j', async (input, field) => {
    const { id } = await gateway.createTenant()
    expect(await createKey({ tenantId: id, ...input })).toMatchObject({
      code: 'INVALID_INPUT',
      field,
    })
  })

  test('is told of three scopes that there are not, however many it was asked for with', async () => {
    const { id: tenantId } = await gateway.createTenant()
    const ask = async (scopes: string[]) =>
      (await createKey({ tenantId, name: 'x', scopes })).message as string
    const some = Array.from({ length: 100 }, (_, n) => `scope ${n} ${'x'.repeat(1_000)}`)
    const message = await ask(some)
    expect(message).toContain('"scope 0 ')
    expect(message).toContain(' and 97 more. Choose from: ')
    expect(message.length).toBeLessThan(1_000)
    const tooMany = await ask(Array.from({ length: 100_000 }, () => 'calls:read'))
    expect(tooMany).toBe('At most 100 scopes can be named; got 100000.')
  })

  test('is not made for a tenant that there is not', async () => {
    const nobody = { tenantId: 'ten_nobody', name: 'x', scopes: ['calls:read'] }
    expect(await createKey(nobody)).toMatchObject({ code: 'TENANT_NOT_FOUND' })
  })

  test('D1: stands nowhere in the database, nor does any part of it that would help', async () => {
    const tenant = await gateway.createTenant()
    await tenant.query('{ status { connected } }')
    const dump = await dumpDatabase(gateway)
    expect(dump).toContain(tenant.apiKeyId)
    for (const part of [tenant.secret, tenant.secret.slice(10)]) {
      for (const trace of tracesOf(part)) expect(dump).not.toContain(trace)
    }
  })

  test('D4: says when it was last used, exact to a minute, without a write a request', async () => {
    const tenant = await gateway.createTenant()
    expect((await listed(tenant.id))[0].lastUsedAt).toBeNull()
    await tenant.query('{ status { connected } }')
    await expect.poll(async () => (await listed(tenant.id))[0].lastUsedAt).not.toBeNull()
    const [{ lastUsedAt }] = await listed(tenant.id)
    expect(Math.abs(Date.now() - Date.parse(lastUsedAt))).toBeLessThan(10_000)

    const [written] = await versionOf(tenant.apiKeyId)
    for (let i = 0; i < 20; i += 1) await tenant.query('{ status { connected } }')
    expect((await listed(tenant.id))[0].lastUsedAt).toBe(lastUsedAt)
    expect(await versionOf(tenant.apiKeyId)).toEqual([written])

    const longAgo = new Date(Date.now() - 61_000)
    await gateway.db.apiKey.update({
      where: { id: tenant.apiKeyId },
      data: { lastUsedAt: longAgo },
    })
    await tenant.query('{ status { connected } }')
    await expect
      .poll(async () => Date.parse((await listed(tenant.id))[0].lastUsedAt))
      .toBeGreaterThan(longAgo.getTime() + 60_000)
  })
})

/** The transaction that wrote the key's row last. */
function versionOf(id: string) {
  return gateway.db.$queryRaw<{ xmin: string }[]>`
    SELECT xmin::text FROM "ApiKey" WHERE "id" = ${id}`
}

describe('a typo in a key', () => {
  test('is found by the checksum', () => {
    const secret = createApiKeySecret()
    expect(isApiKeySecret(secret)).toBe(true)
    for (let place = 4; place < secret.length; place += 1) {
      const wrong = secret[place] === 'x' ? 'y' : 'x'
      expect(isApiKeySecret(secret.slice(0, place) + wrong + secret.slice(place + 1))).toBe(false)
    }
    for (const wrong of [secret.slice(0, -1), `${secret}0`, secret.slice(4), ` ${secret}`, '']) {
      expect(isApiKeySecret(wrong)).toBe(false)
    }
  })

  test('D2: is refused without asking the database', async () => {
    const tenant = await gateway.createTenant()
    const last = tenant.secret.endsWith('a') ? 'b' : 'a'
    // While the table of keys is locked, whoever asks it waits.
    await gateway.db.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE "ApiKey" IN ACCESS EXCLUSIVE MODE`
      const refused = await ask(`${tenant.secret.slice(0, -1)}${last}`)
      expect(refused).toBe(401)
      expect(await Promise.race([ask(tenant.secret), later(300, 'waits')])).toBe('waits')
    })
    expect(await ask(tenant.secret)).toBe(200)
  })

  async function ask(secret: string): Promise<number> {
    const response = await fetch(`${gateway.url}/graphql?query={__typename}`, {
      headers: { authorization: `Bearer ${secret}` },
    })
    return response.status
  }

  const later = <Value>(ms: number, value: Value) =>
    new Promise<Value>((resolve) => setTimeout(resolve, ms, value))
})

describe('revoking a key', () => {
  test('ends it at once and for good; the tenant’s other keys work on', async () => {
    const tenant = await gateway.createTenant()
    const spare = await createKey({ tenantId: tenant.id, name: 'spare', scopes: ['calls:read'] })
    const revoked = await revoke(tenant.apiKeyId)
    expect(revoked).toMatchObject({ id: tenant.apiKeyId, revokedAt: expect.any(String) })
    await expect(tenant.query('{ __typename }')).rejects.toThrow('Unauthorized')
    expect(await createClient(gateway.url, spare.secret).query('{ __typename }')).toBeTruthy()
    expect(await revoke(tenant.apiKeyId)).toEqual(revoked)
  })

  test('of nobody answers so', async () => {
    expect(await revoke('key_nobody')).toEqual({ code: 'API_KEY_NOT_FOUND' })
  })

  test('ends its open sockets within 2 seconds, on every instance, and nobody else’s', async () => {
    const second = await gateway.startInstance()
    const tenant = await gateway.createTenant()
    const spare = await createKey({ tenantId: tenant.id, name: 'spare', scopes: ['messages:read'] })
    const document = 'subscription { messageReceived { cursor } }'
    const here = await tenant.subscribe(document)
    const there = await tenant.subscribe(document, {}, second.url)
    const untouched = await createClient(gateway.url, spare.secret).subscribe(document)

    await revoke(tenant.apiKeyId)
    for (const listening of [here, there]) {
      await expect
        .poll(() => listening.failure, { timeout: 2_000 })
        .toMatchObject({
          code: 4403,
          reason: 'Forbidden',
        })
    }
    expect(untouched.failure).toBeUndefined()
  })
})
