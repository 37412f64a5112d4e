import { describe, expect, it } from 'vitest'
import { lookUp } from '../support/directory.ts'
import { ava, startGateway, type TestTenant } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'

const extensionPath = '/restapi/v1.0/account/~/extension/~'
const fields =
  'id name firstName lastName company email department jobTitle businessPhone mobilePhone'
const list = `{ extensions { nodes { ${fields} } } }`
const live = `subscription { extensionChanged { extension { ${fields} } } }`

async function update(tenant: TestTenant, input: object) {
  const document = `mutation ($input: UpdateExtensionInput!) { result: updateExtension(input: $input) {
    ... on Extension { ${fields} } ... on Error { code message } ... on InvalidInputError { field }
    ... on GrantLacksScopeError { scope } ... on RefusedByRingCentralError { rcCode } ... on RateLimitedError { retryAfter } } }`
  return (await tenant.query(document, { input })).result
}

async function connected(options: Parameters<typeof startGateway>[0] = {}) {
  const gateway = await startGateway(options)
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  const { id } = await acme.connect(ava)
  await jobs.idle()
  const atRingCentral = () =>
    gateway.simulator.extensions().find((one) => one.id === ava.extensionId)
  const written = () => asked(gateway, extensionPath, 'PUT')
  return { gateway, jobs, acme, id, atRingCentral, written }
}

describe('updateExtension', () => {
  it('changes it at RingCentral and here, and tells once', async () => {
    const { acme, id, jobs, gateway, atRingCentral, written } = await connected()
    const person = async (search: string) => (await lookUp(acme, search)).nodes
    expect(await person('ava hart')).toMatchObject([{ name: 'Ava Hart', jobTitle: 'Owner' }])
    const heard = await acme.subscribe(live)
    const change = {
      lastName: ' Hart-Lopez ',
      email: 'ava.lopez@example.com',
      department: 'Design',
      jobTitle: 'Head of design',
      businessPhone: '+1 (202) 555-0177',
      mobilePhone: '+12025550178',
    }
    const expected = {
      id,
      name: 'Ava Hart-Lopez',
      firstName: 'Ava',
      lastName: 'Hart-Lopez',
      email: 'ava.lopez@example.com',
      department: 'Design',
      jobTitle: 'Head of design',
      businessPhone: '+12025550177',
      mobilePhone: '+12025550178',
    }
    expect(await update(acme, { extensionId: id, ...change })).toMatchObject(expected)
    expect((await acme.query(list)).extensions.nodes).toMatchObject([expected])
    expect(atRingCentral()).toMatchObject({ lastName: 'Hart-Lopez', mobilePhone: '+12025550178' })
    expect(written()).toHaveLength(1)
    // The directory says the same at once, and the old name finds nobody.
    expect(await person('lopez')).toMatchObject([
      { name: 'Ava Hart-Lopez', email: change.email, jobTitle: change.jobTitle },
    ])
    expect(await person('ava@example.com')).toEqual([])

    // RingCentral tells us of our own change, which is no news.
    await gateway.simulator.settled()
    await jobs.idle()
    await heard.waitFor(({ extensionChanged: { extension } }) => extension.department === 'Design')
    // Nor is the same once more.
    await update(acme, { extensionId: id, department: 'Design' })
    await gateway.simulator.settled()
    await jobs.idle()
    expect(heard.received).toHaveLength(1)
    expect(written()).toHaveLength(2)

    // By RingCentral's id as well; an empty text clears, what is left out stays.
    const cleared = { extensionId: ava.extensionId, mobilePhone: '', department: '' }
    expect(await update(acme, cleared)).toMatchObject({
      ...expected,
      mobilePhone: null,
      department: null,
    })
  })

  it('tells once as well when RingCentral tells of it before it is noted here', async () => {
    const { acme, id, jobs, gateway } = await connected()
    const heard = await acme.subscribe(live)
    const extension = await holdRows(gateway, 'SELECT FROM "Extension" FOR NO KEY UPDATE')
    const updating = update(acme, { extensionId: id, department: 'Design' })
    // The answer of RingCentral, and what was read because of its notification.
    await expect.poll(extension.waiting).toBe(2)
    await extension.letGo()
    expect(await updating).toMatchObject({ department: 'Design' })
    await jobs.idle()
    await update(acme, { extensionId: id, department: 'Sales' })
    const departments = () =>
      heard.received.map(({ extensionChanged: { extension } }) => extension.department)
    await heard.waitFor(() => departments().includes('Sales'))
    expect(departments()).toEqual(['Design', 'Sales'])
  })

  it('refuses what cannot be before RingCentral is bothered', async () => {
    const { acme, id, written } = await connected()
    const cases: [object, string][] = [
      [{}, 'firstName'],
      [{ firstName: null }, 'firstName'],
      [{ firstName: ' ' }, 'firstName'],
      [{ email: '' }, 'email'],
      [{ email: 'ava at example.com' }, 'email'],
      [{ mobilePhone: '555-0142' }, 'mobilePhone'],
      [{ businessPhone: '+1' }, 'businessPhone'],
      [{ jobTitle: 'x'.repeat(256) }, 'jobTitle'],
      [{ department: 'a\u0000b' }, 'department'],
    ]
    for (const [given, field] of cases) {
      const result = await update(acme, { extensionId: id, ...given })
      expect(result, JSON.stringify(given)).toMatchObject({ code: 'INVALID_INPUT', field })
    }
    expect(await update(acme, { extensionId: 'ext_nope', jobTitle: 'X' })).toMatchObject({
      code: 'EXTENSION_NOT_FOUND',
    })
    await acme.query('mutation { disconnect { __typename } }')
    expect(await update(acme, { extensionId: id, jobTitle: 'X' })).toMatchObject({
      code: 'NOT_CONNECTED',
    })
    expect(written()).toEqual([])
  })

  it('needs the scope EditExtensions', async () => {
    const { acme, id, written } = await connected({
      simulator: { scope: ['ReadAccounts', 'SMS', 'SubscriptionWebhook'] },
    })
    expect(await update(acme, { extensionId: id, jobTitle: 'X' })).toMatchObject({
      code: 'GRANT_LACKS_SCOPE',
      scope: 'EditExtensions',
    })
    expect(written()).toEqual([])
  })

  it('says what RingCentral says when it refuses or has had enough, and changes nothing', async () => {
    const { acme, id, gateway, written } = await connected()
    const before = await acme.query(list)
    const fault = { path: extensionPath, method: 'PUT', count: 1 } as const
    gateway.simulator.planFault({
      ...fault,
      kind: 'status',
      status: 403,
      body: { errorCode: 'CMN-408', permissionName: 'EditUserInfo', message: 'No' },
    })
    expect(await update(acme, { extensionId: id, jobTitle: 'X' })).toMatchObject({
      code: 'REFUSED_BY_RINGCENTRAL',
      rcCode: 'CMN-408',
      message: expect.stringContaining('EditUserInfo'),
    })
    gateway.simulator.planFault({ ...fault, kind: 'rate-limit', retryAfter: 30 })
    const limited = { code: 'RATE_LIMITED', retryAfter: expect.any(Number) }
    expect(await update(acme, { extensionId: id, jobTitle: 'X' })).toMatchObject(limited)
    const asks = written().length
    // Inside the penalty nobody asks.
    expect(await update(acme, { extensionId: id, jobTitle: 'X' })).toMatchObject(limited)
    expect(written()).toHaveLength(asks)
    expect(await acme.query(list)).toEqual(before)
  })

  it('whose answer got lost is looked for, also when RingCentral tells nobody', async () => {
    const { acme, id, gateway, written } = await connected()
    gateway.simulator.planFault({ kind: 'webhook-drop' })
    gateway.simulator.planFault({
      kind: 'accept-then-reset',
      path: extensionPath,
      method: 'PUT',
      count: 1,
    })
    expect(await update(acme, { extensionId: id, jobTitle: 'Lost' })).toMatchObject({
      code: 'RINGCENTRAL_UNREACHABLE',
    })
    await acme.waitFor(list, ({ extensions }) => extensions.nodes[0].jobTitle === 'Lost')
    expect(written()).toHaveLength(1)
  })
})
