import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient } from '../support/client.ts'
import {
  ava,
  type Gateway,
  operatorKey,
  startGateway,
  type TestTenant,
} from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'

let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { trustedProxies: 1 } })
})
afterAll(() => gateway.stop())

const fields =
  'id at action actor actorId tenantId subjectId address requestId details { name value }'
const logOf = `query ($filter: AuditFilter) { auditLog(first: 100, filter: $filter) { nodes { ${fields} } } }`

async function entries(by: Pick<TestTenant, 'query'>, filter?: object) {
  return (await by.query(logOf, { filter })).auditLog.nodes
}

/** A mutation from an address of its own; the request's id with what it answered. */
async function deed(secret: string, name: string, input?: object, selection = '__typename') {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const query = input
    ? `mutation ($input: ${type}!) { result: ${name}(input: $input) { ${selection} } }`
    : `mutation { result: ${name} { ${selection} } }`
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      'x-forwarded-for': '203.0.113.9',
    },
    body: JSON.stringify({ query, variables: { input } }),
  })
  const { data, errors } = (await response.json()) as any
  return { result: data?.result, errors, requestId: response.headers.get('x-request-id') }
}

const ofKey = '... on IssuedApiKey { secret apiKey { id } }'

it('J3: what is done with keys, links, grants and tenants says who did it, from where and in which request', async () => {
  const tenant = await gateway.createTenant()
  const byOperator = { actor: 'OPERATOR', actorId: null, address: '203.0.113.9' }
  const byKey = { actor: 'API_KEY', actorId: tenant.apiKeyId, address: '203.0.113.9' }
  const name = 'audited'
  const scopes = ['messages:read', 'audit:read']
  const made = await deed(operatorKey, 'createApiKey', { tenantId: tenant.id, name, scopes }, ofKey)
  const { apiKey, secret } = made.result
  const rotated = await deed(tenant.secret, 'rotateApiKey', { apiKeyId: apiKey.id }, ofKey)
  const revoked = await deed(tenant.secret, 'revokeApiKey', { apiKeyId: apiKey.id })
  await deed(tenant.secret, 'revokeApiKey', { apiKeyId: apiKey.id })
  const suspended = await deed(operatorKey, 'suspendTenant', { tenantId: tenant.id })
  const resumed = await deed(operatorKey, 'resumeTenant', { tenantId: tenant.id })
  const settings = await deed(tenant.secret, 'updateSettings', { helpText: 'Words of ours' })
  await fetch(`${gateway.url}/v1/rc/invite-token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tenant.secret}`, 'x-forwarded-for': '203.0.113.9' },
  })
  const { id: extensionId } = await tenant.connect(ava)
  await tenant.connect(ava)
  const ended = await deed(tenant.secret, 'disconnect')

  const told = (await entries(gateway.operator, { tenantId: tenant.id })).reverse()
  const id = tenant.id
  const extension = { tenantId: id, subjectId: extensionId }
  expect(told).toMatchObject([
    { action: 'TENANT_CREATED', actor: 'OPERATOR', subjectId: id, tenantId: id },
    { action: 'API_KEY_CREATED', actor: 'OPERATOR', subjectId: tenant.apiKeyId },
    { action: 'API_KEY_CREATED', ...byOperator, subjectId: apiKey.id, requestId: made.requestId },
    { action: 'API_KEY_ROTATED', ...byKey, subjectId: apiKey.id, requestId: rotated.requestId },
    { action: 'API_KEY_REVOKED', ...byKey, subjectId: apiKey.id, requestId: revoked.requestId },
    { action: 'TENANT_SUSPENDED', ...byOperator, requestId: suspended.requestId },
    { action: 'TENANT_RESUMED', ...byOperator, requestId: resumed.requestId },
    { action: 'SETTINGS_CHANGED', ...byKey, subjectId: id, requestId: settings.requestId },
    { action: 'CONNECT_LINK_CREATED', ...byKey, subjectId: expect.stringMatching(/^ctk_/) },
    { action: 'CONNECT_LINK_CREATED', actor: 'API_KEY', actorId: tenant.apiKeyId },
    { action: 'EXTENSION_CONNECTED', actor: 'PERSON', actorId: null, ...extension },
    { action: 'CONNECT_LINK_CREATED' },
    { action: 'EXTENSION_RECONNECTED', actor: 'PERSON', ...extension },
    { action: 'EXTENSION_DISCONNECTED', ...byKey, ...extension, requestId: ended.requestId },
  ])
  expect(told[2].details).toContainEqual({ name: 'scopes', value: scopes.join(', ') })
  expect(told[3].details).toContainEqual({
    name: 'successor',
    value: rotated.result.apiKey.id,
  })
  expect(new Set(told.map(({ at }: any) => at)).size).toBeGreaterThan(5)
  expect(told.every(({ requestId }: any) => /^[\w-]{36}$/.test(requestId))).toBe(true)
  for (const hidden of [secret, rotated.result.secret, 'Words of ours']) {
    expect(JSON.stringify(told)).not.toContain(hidden)
  }

  // The tenant sees the same, but not where its operator sits; and nothing of anybody else.
  const own = (await entries(createClient(gateway.url, rotated.result.secret))).reverse()
  const seen = told.map((entry: any) =>
    entry.actor === 'OPERATOR' ? { ...entry, address: null } : entry,
  )
  expect(own).toEqual(seen)
  const neighbour = await gateway.createTenant()
  expect(await entries(neighbour, { tenantId: id })).toEqual([])
  expect(await entries(neighbour, { subjectId: extensionId })).toEqual([])
  expect((await entries(neighbour)).map(({ tenantId }: any) => tenantId)).toEqual([
    neighbour.id,
    neighbour.id,
  ])
})

it('J3: a grant that RingCentral ends is the gateway’s own entry, whoever’s request made it look', async () => {
  const tenant = await gateway.createTenant()
  const { id } = await tenant.connect(ava)
  gateway.simulator.revokeGrant(ava.extensionId)
  await gateway.db.grant.updateMany({ data: { accessTokenExpiresAt: new Date() } })
  await tenant.query(
    'mutation ($input: SetPresenceInput!) { setPresence(input: $input) { __typename } }',
    { input: { extensionId: id, userStatus: 'BUSY' } },
  )
  const filter = { actions: ['GRANT_ENDED'], subjectId: id }
  await expect
    .poll(() => entries(tenant, filter))
    .toMatchObject([{ actor: 'GATEWAY', actorId: null, address: null, tenantId: tenant.id }])
})

it('J3: nothing is done that cannot be written down', async () => {
  const tenant = await gateway.createTenant()
  const counts = async () => ({
    tenants: await gateway.db.tenant.count({ where: { status: 'ACTIVE' } }),
    keys: await gateway.db.apiKey.count({ where: { revokedAt: null, expiresAt: null } }),
    links: await gateway.db.connectToken.count(),
  })
  const before = await counts()
  await gateway.db
    .$executeRaw`ALTER TABLE "AuditEntry" ADD CONSTRAINT unwritable CHECK (false) NOT VALID`
  const [ofTenant, ofItsKey] = [{ tenantId: tenant.id }, { apiKeyId: tenant.apiKeyId }]
  for (const [name, input] of [
    ['createTenant', { name: 'Unseen' }],
    ['suspendTenant', ofTenant],
    ['deleteTenant', ofTenant],
    ['createApiKey', { ...ofTenant, name: 'unseen', scopes: ['messages:read'] }],
    ['rotateApiKey', ofItsKey],
    ['revokeApiKey', ofItsKey],
  ] as const) {
    const { errors } = await deed(operatorKey, name, input)
    expect(errors?.[0].extensions.code, name).toBe('INTERNAL_SERVER_ERROR')
  }
  const { errors } = await deed(tenant.secret, 'createConnectToken')
  expect(errors?.[0].extensions.code).toBe('INTERNAL_SERVER_ERROR')
  await gateway.db.$executeRaw`ALTER TABLE "AuditEntry" DROP CONSTRAINT unwritable`
  expect(await counts()).toEqual(before)
})

it('J3: an entry is never changed, and outlives its tenant', async () => {
  const tenant = await gateway.createTenant()
  const { db } = gateway
  const where = { tenantId: tenant.id }
  const refused = 'The audit log is only ever added to'
  const change = () => db.auditEntry.updateMany({ where, data: { actor: 'GATEWAY' } })
  await expect(change()).rejects.toThrow(refused)
  await expect(db.auditEntry.deleteMany({ where })).rejects.toThrow(refused)
  await expect(db.$executeRaw`TRUNCATE "AuditEntry"`).rejects.toThrow(refused)
  expect(await entries(gateway.operator, where)).toHaveLength(2)

  await deed(operatorKey, 'deleteTenant', where)
  await expect.poll(() => db.tenant.count({ where: { id: tenant.id } })).toBe(0)
  await (await createJobRunner(gateway)).idle()
  const actions = (await entries(gateway.operator, where)).map(({ action }: any) => action)
  expect(actions).toEqual(['TENANT_DELETED', 'API_KEY_CREATED', 'TENANT_CREATED'])

  // Now an operator may erase the rest of it by hand, but not that it was deleted.
  await expect(db.auditEntry.deleteMany({ where })).rejects.toThrow(refused)
  await expect(change()).rejects.toThrow(refused)
  await db.auditEntry.deleteMany({ where: { ...where, action: { not: 'TENANT_DELETED' } } })
  expect(await entries(gateway.operator, where)).toMatchObject([{ action: 'TENANT_DELETED' }])
})
