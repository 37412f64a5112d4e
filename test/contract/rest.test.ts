import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ava, ben, type Gateway, operatorKey, startGateway } from '../support/gateway.ts'
import { allowAtRingCentral } from '../support/person.ts'

let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
})
afterAll(() => gateway.stop())

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const routes = [
  ['POST', 'connect-token'],
  ['POST', 'invite-token'],
  ['GET', 'status'],
  ['GET', 'extensions'],
  ['POST', 'disconnect'],
] as const

/** One call, and all that a client sees of its answer. */
async function call(method: string, route: string, key?: string) {
  const response = await fetch(`${gateway.url}/v1/rc/${route}`, {
    method,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  })
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('connecting and disconnecting', () => {
  test('in the order a program would', async () => {
    const { secret } = await gateway.createTenant()

    expect(await call('GET', 'status', secret)).toMatchObject({
      status: 200,
      body: { connected: false },
    })
    expect((await call('GET', 'status', secret)).body).toEqual({ connected: false })
    expect((await call('GET', 'extensions', secret)).body).toEqual({ extensions: [] })

    const link = await call('POST', 'connect-token', secret)
    expect(link).toMatchObject({
      status: 200,
      body: { connectUrl: expect.stringMatching(/^\/v1\/rc\/connect\?token=[\w-]+$/) },
    })
    expect(Object.keys(link.body)).toEqual(['connectUrl'])
    expect(link.headers.get('cache-control')).toBe('no-store')
    await allowAtRingCentral(`${gateway.url}${link.body.connectUrl}`, ava.extensionId)

    const invitation = await call('POST', 'invite-token', secret)
    expect(Object.keys(invitation.body)).toEqual(['connectUrl'])
    await allowAtRingCentral(`${gateway.url}${invitation.body.connectUrl}`, ben.extensionId)

    expect((await call('GET', 'status', secret)).body).toEqual({
      connected: true,
      expiresAt: expect.stringMatching(isoTime),
      rcAccountId: '400131426008',
    })
    const listed = await call('GET', 'extensions', secret)
    expect(listed.body).toEqual({
      extensions: [ben, ava].map(({ extensionId }) => ({
        extensionId,
        rcAccountId: '400131426008',
        connectedAt: expect.stringMatching(isoTime),
        status: 'active',
      })),
    })

    expect(await call('POST', 'disconnect', secret)).toMatchObject({
      status: 200,
      body: { ok: true },
    })
    expect((await call('GET', 'status', secret)).body).toEqual({ connected: false })
    const { extensions } = (await call('GET', 'extensions', secret)).body
    expect(extensions.map(({ status }: { status: string }) => status)).toEqual([
      'revoked',
      'revoked',
    ])
    // It is as the caller wants it: nothing is connected.
    expect((await call('POST', 'disconnect', secret)).body).toEqual({ ok: true })
  })

  test('an extension that RingCentral could not be reached for is refresh_failed', async () => {
    const tenant = await gateway.createTenant()
    const { id } = await tenant.connect(ava)
    await gateway.db.extension.update({ where: { id }, data: { status: 'REFRESH_FAILED' } })
    expect((await call('GET', 'extensions', tenant.secret)).body.extensions[0].status).toBe(
      'refresh_failed',
    )
    expect((await call('GET', 'status', tenant.secret)).body.connected).toBe(true)
  })
})

describe('who is refused', () => {
  test.each(routes)('%s %s: whoever shows no working key', async (method, route) => {
    const { secret, apiKeyId } = await gateway.createTenant()
    await gateway.operator.query(
      'mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { __typename } }',
      { id: apiKeyId },
    )
    const wrong = [undefined, 'nonsense', `rql_${'a'.repeat(36)}`, secret, operatorKey]
    for (const key of wrong) {
      const { status, headers, body } = await call(method, route, key)
      expect({ status, body }).toEqual({ status: 401, body: { error: 'Unauthorized' } })
      expect(headers.get('www-authenticate')).toBe('Bearer')
    }
  })

  test.each(routes)('%s %s: a suspended tenant', async (method, route) => {
    const tenant = await gateway.createTenant()
    await gateway.operator.query(
      'mutation ($id: ID!) { suspendTenant(input: { tenantId: $id }) { __typename } }',
      { id: tenant.id },
    )
    const { status, body } = await call(method, route, tenant.secret)
    expect({ status, body }).toEqual({
      status: 403,
      body: { error: 'Tenant suspended or inactive' },
    })
  })

  test.each(routes)('%s %s: a key that lacks the scope', async (method, route) => {
    const scope =
      route === 'status' || route === 'extensions' ? 'extensions:read' : 'extensions:connect'
    const tenant = await gateway.createTenant({ scopes: ['messages:read'] })
    const { status, body } = await call(method, route, tenant.secret)
    expect({ status, body }).toEqual({
      status: 403,
      body: { error: `This API key lacks the scope ${scope}` },
    })
  })

  test('the 101st link of an hour, also when the links were made at once and in both ways', async () => {
    const tenant = await gateway.createTenant()
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        call('POST', i % 2 ? 'connect-token' : 'invite-token', tenant.secret),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
    for (const route of ['connect-token', 'invite-token']) {
      const { status, headers, body } = await call('POST', route, tenant.secret)
      expect({ status, body }).toEqual({ status: 429, body: { error: 'Too many requests' } })
      const retryAfter = Number(headers.get('retry-after'))
      expect(retryAfter).toBeGreaterThan(3_000)
      expect(retryAfter).toBeLessThanOrEqual(3_600)
    }
    const another = await gateway.createTenant()
    expect((await call('POST', 'connect-token', another.secret)).status).toBe(200)
  })

  test('another method, and a path that is none', async () => {
    const { secret } = await gateway.createTenant()
    expect(await call('GET', 'disconnect', secret)).toMatchObject({ status: 404 })
    expect(await call('GET', 'nothing', secret)).toMatchObject({
      status: 404,
      body: { error: 'Not found' },
    })
  })
})
