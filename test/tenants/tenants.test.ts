import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'
import { createBrowser } from '../support/person.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'

let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
})
afterAll(() => gateway.stop())

const tenantFields = 'id name status suspendedAt createdAt apiKeys { id name }'

async function operate(mutation: string, tenantId: string) {
  const thing =
    mutation === 'deleteTenant'
      ? '... on DeletedTenant { tenantId }'
      : `... on Tenant { ${tenantFields} }`
  const { result } = await gateway.operator.query(
    `mutation ($id: ID!) {
      result: ${mutation}(input: { tenantId: $id }) { ${thing} ... on Error { code message } }
    }`,
    { id: tenantId },
  )
  return result
}

async function create(name: string) {
  const { createTenant } = await gateway.operator.query(
    `mutation ($name: String!) {
      createTenant(input: { name: $name }) { ... on Tenant { ${tenantFields} } ... on InvalidInputError { code field message } }
    }`,
    { name },
  )
  return createTenant
}

describe('creating a tenant', () => {
  test('answers it, without its spare blanks, and the operator sees it first in the list', async () => {
    const tenant = await create('  Hart & Ortiz  ')
    expect(tenant).toMatchObject({
      id: expect.stringMatching(/^ten_[0-9a-z]{26}$/),
      name: 'Hart & Ortiz',
      status: 'ACTIVE',
      suspendedAt: null,
      apiKeys: [],
    })
    const { tenants } = await gateway.operator.query('{ tenants(first: 1) { nodes { id name } } }')
    expect(tenants.nodes).toEqual([{ id: tenant.id, name: 'Hart & Ortiz' }])
  })

  test.each([
    ['', 'INVALID_INPUT'],
    ['   ', 'INVALID_INPUT'],
    ['x'.repeat(101), 'INVALID_INPUT'],
  ])('refuses the name %j', async (name, code) => {
    expect(await create(name)).toMatchObject({ code, field: 'name' })
  })

  test('two may have the same name', async () => {
    const [one, other] = [await create('Twin'), await create('Twin')]
    expect(one.id).not.toBe(other.id)
  })
})

describe('suspending a tenant', () => {
  test('can be done twice, says since when, and is undone by resuming', async () => {
    const { id } = await gateway.createTenant()
    const suspended = await operate('suspendTenant', id)
    expect(suspended).toMatchObject({ status: 'SUSPENDED', suspendedAt: expect.any(String) })
    const again = await operate('suspendTenant', id)
    expect(again).toEqual(suspended)
    const resumed = { status: 'ACTIVE', suspendedAt: null }
    expect(await operate('resumeTenant', id)).toMatchObject(resumed)
    expect(await operate('resumeTenant', id)).toMatchObject(resumed)
  })

  test('keeps what it has, receives on, and goes on sending when it is resumed', async () => {
    const tenant = await gateway.createTenant()
    await tenant.connect(ava)
    await operate('suspendTenant', tenant.id)
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'Anybody there?' })
    await gateway.simulator.settled()
    await operate('resumeTenant', tenant.id)
    await tenant.waitFor(
      '{ messages { nodes { text } } }',
      ({ messages }) => messages.nodes[0]?.text === 'Anybody there?',
    )
    const { status } = await tenant.query('{ status { connected activeExtensions } }')
    expect(status).toEqual({ connected: true, activeExtensions: 1 })
    const answer = await send(tenant, { from: ava.number, to: [stranger], text: 'We are back' })
    await waitForStatus(tenant, answer.id, 'DELIVERED')
  })

  test('makes its links say so, and they work again afterwards', async () => {
    const tenant = await gateway.createTenant()
    const { createConnectToken } = await tenant.query(
      'mutation { createConnectToken { ... on ConnectToken { connectUrl } } }',
    )
    await operate('suspendTenant', tenant.id)
    const browser = createBrowser()
    expect((await browser.open(createConnectToken.connectUrl)).html).toContain(
      'not being served at the moment',
    )
    expect((await browser.begin(createConnectToken.connectUrl)).status).toBe(410)
    await operate('resumeTenant', tenant.id)
    expect((await browser.begin(createConnectToken.connectUrl)).status).toBe(303)
  })
})

describe('deleting a tenant', () => {
  async function furnish(): Promise<TestTenant> {
    const tenant = await gateway.createTenant({ name: 'Leaving' })
    await tenant.connect(cleo)
    const sent = await send(tenant, { from: cleo.number, to: [stranger], text: 'Goodbye' })
    await waitForStatus(tenant, sent.id, 'DELIVERED')
    gateway.simulator.inbound({ from: stranger, to: cleo.number, text: 'Farewell' })
    await tenant.waitFor('{ messages { totalCount } }', (data) => data.messages.totalCount === 2)
    await tenant.waitFor('{ callLogs { nodes { id } } }', ({ callLogs }) => callLogs.nodes[0])
    return tenant
  }

  test('I5: gives its grants back, then leaves no row of it, and nobody else loses one', async () => {
    const tenant = await furnish()
    const neighbour = await gateway.createTenant({ name: 'Staying' })
    await neighbour.connect(ben)
    const jobs = await createJobRunner(gateway)
    await jobs.idle()
    const before = await rowsOf(tenant.id)
    const neighbours = await rowsOf(neighbour.id)
    for (const table of ['Tenant', 'ApiKey', 'Extension', 'Message', 'Call', 'Event']) {
      expect(before, table).toHaveProperty(table)
    }
    const revocations = asked(gateway, '/restapi/oauth/revoke').length
    const listening = await tenant.subscribe('subscription { messageReceived { cursor } }')

    expect(await operate('deleteTenant', tenant.id)).toEqual({
      tenantId: tenant.id,
    })
    await expect(tenant.query('{ status { connected } }')).rejects.toThrow('Unauthorized')
    await expect.poll(() => rowsOf(tenant.id), { timeout: 10_000 }).toEqual({})
    await expect
      .poll(() => asked(gateway, '/restapi/oauth/revoke').length, { timeout: 10_000 })
      .toBe(revocations + 1)
    expect(await gateway.db.grantRelease.count({ where: { tenantId: tenant.id } })).toBe(0)
    expect(
      gateway.simulator
        .subscriptions()
        .filter(({ extensionId }) => extensionId === cleo.extensionId),
    ).toEqual([])
    await expect.poll(() => listening.failure?.code, { timeout: 2_500 }).toBe(4403)
    expect(await rowsOf(neighbour.id)).toEqual(neighbours)
    const { tenants } = await gateway.operator.query('{ tenants(first: 100) { nodes { id } } }')
    expect(JSON.stringify(tenants)).not.toContain(tenant.id)
  })

  test('answers the same as for a tenant that never was, from then on', async () => {
    const { id } = await gateway.createTenant()
    await operate('deleteTenant', id)
    for (const mutation of ['suspendTenant', 'resumeTenant', 'deleteTenant']) {
      for (const tenantId of [id, 'ten_00000000000000000000000000', 'nonsense']) {
        expect(await operate(mutation, tenantId)).toMatchObject({ code: 'TENANT_NOT_FOUND' })
      }
    }
  })

  test('of a suspended tenant works as well', async () => {
    const tenant = await gateway.createTenant()
    await operate('suspendTenant', tenant.id)
    await operate('deleteTenant', tenant.id)
    await expect.poll(() => rowsOf(tenant.id), { timeout: 10_000 }).toEqual({})
  })

  /** How many rows of each table name the tenant, but for the audit log, which stays; tables without any are left out. */
  async function rowsOf(tenantId: string): Promise<Record<string, number>> {
    const tables = await gateway.db.$queryRaw<{ name: string; column: string }[]>`
      SELECT table_name AS name, column_name AS column FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name <> 'AuditEntry'
        AND (column_name = 'tenantId' OR (table_name = 'Tenant' AND column_name = 'id'))`
    const counts: Record<string, number> = {}
    for (const { name, column } of tables) {
      const [row] = await gateway.db.$queryRawUnsafe<{ count: bigint }[]>(
        `SELECT count(*) FROM "${name}" WHERE "${column}" = $1`,
        tenantId,
      )
      if (row?.count) counts[name] = Number(row.count)
    }
    return counts
  }
})
