import { describe, expect, it } from 'vitest'
import { discoverNumbersJob, rediscoverNumbersJob } from '../../src/extensions/jobs.ts'
import { days } from '../../src/lib/clock.ts'
import { ava, ben, cleo, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'
import { sharedTime } from '../support/time.ts'

const everything = `{ extensions(first: 100) { nodes { id extensionId rcAccountId name extensionNumber email isAdmin
  status scopes connectedAt numbersDiscoveredAt phoneNumbers { id phoneNumber label usageType features }
  webhook { expiresAt disabledFilters { filter reason } } } } }`

const discover = `mutation ($id: ID!) { result: discoverPhoneNumbers(input: { extensionId: $id }) {
  __typename ... on Extension { id } ... on Error { code message } } }`

const numbersOf = async (tenant: TestTenant) => {
  const { phoneNumbers } = await tenant.query(
    '{ phoneNumbers(first: 100) { nodes { id phoneNumber extension { extensionId } } } }',
  )
  return phoneNumbers.nodes.map((number: any) => [number.phoneNumber, number.extension.extensionId])
}

const accountId = '400131426008'

describe('an extension that has just connected', () => {
  it('is known by name and account, with the numbers that can text and no others', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const other = await gateway.createTenant({ name: 'Other' })
    await acme.connect(ben)
    await acme.connect(cleo)
    const { extensions } = await acme.query(everything)
    const [second, first] = extensions.nodes
    expect(first).toMatchObject({
      extensionId: ben.extensionId,
      rcAccountId: accountId,
      name: 'Ben Ortiz',
      extensionNumber: '102',
      email: 'ben@example.com',
      isAdmin: false,
      status: 'ACTIVE',
    })
    expect(first.scopes).toContain('ReadAccounts')
    // Neither the number that is still Pending, nor the company's, which is for caller id only.
    expect(first.phoneNumbers.map((number: any) => number.phoneNumber)).toEqual([ben.number])
    expect(second.phoneNumbers).toMatchObject([
      { phoneNumber: cleo.number, features: ['CallerId', 'SmsSender', 'MmsSender'] },
      { phoneNumber: '+18005550199', label: 'Care line', features: ['CallerId', 'SmsSender'] },
    ])
    const { status } = await acme.query('{ status { connected rcAccountId expiresAt } }')
    expect(status).toMatchObject({ connected: true, rcAccountId: accountId })
    expect(Date.parse(status.expiresAt) - Date.now()).toBeGreaterThan(days(6.9))

    const rest = async (path: string, tenant = acme) => {
      const headers = { authorization: `Bearer ${tenant.secret}` }
      return (await fetch(`${gateway.url}/v1/rc/${path}`, { headers })).json()
    }
    expect(await rest('extensions')).toEqual({
      extensions: [cleo, ben].map(({ extensionId }) => ({
        extensionId,
        rcAccountId: accountId,
        connectedAt: expect.stringMatching(/Z$/),
        status: 'active',
      })),
    })
    expect(await rest('status')).toEqual({ ...status })

    expect((await other.query(everything)).extensions.nodes).toEqual([])
    expect(await numbersOf(other)).toEqual([])
    expect(await rest('extensions', other)).toEqual({ extensions: [] })
    expect(await rest('status', other)).toEqual({ connected: false })
    const { node } = await other.query(`query ($id: ID!) { node(id: $id) { id } }`, {
      id: first.id,
    })
    expect(node).toBeNull()
    const { result } = await other.query(discover, { id: first.id })
    expect(result.code).toBe('EXTENSION_NOT_FOUND')
  })

  it('is found together with many others that connect at the same moment', async () => {
    const gateway = await startGateway()
    const people = Array.from({ length: 12 }, (_, n) => {
      const number = `+1650555${String(100 + n).padStart(4, '0')}`
      const { id } = gateway.simulator.addExtension({
        firstName: 'P',
        lastName: String(n),
        phoneNumbers: [number],
      })
      return { extensionId: id, number }
    })
    const acme = await gateway.createTenant()
    await Promise.all(people.map((person) => acme.connect(person)))
    const numbers = await numbersOf(acme)
    expect(numbers).toEqual(people.map(({ number, extensionId }) => [number, extensionId]))
    expect(gateway.simulator.subscriptions()).toHaveLength(12)
  })

  it('has a webhook for seven days, and says what RingCentral will not tell', async () => {
    const gateway = await startGateway({
      simulator: { scope: 'ReadAccounts SubscriptionWebhook' },
    })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const [extension] = (await acme.query(everything)).extensions.nodes
    const life = Date.parse(extension.webhook.expiresAt) - Date.now()
    expect(Math.abs(life - days(7))).toBeLessThan(20_000)
    const [subscription] = gateway.simulator.subscriptions()
    expect(subscription?.ttlSeconds).toBe(604_800)
    expect(subscription?.address).toMatch(new RegExp(`^${gateway.url}/v1/rc/webhook/[\\w-]{43}$`))
    const off = subscription?.disabledFilters.map(({ filter }) => filter) ?? []
    expect(off.length).toBeGreaterThan(0)
    expect(extension.webhook.disabledFilters.map(({ filter }: any) => filter)).toEqual(off)
    for (const { reason } of extension.webhook.disabledFilters)
      expect(reason).toMatch(/permission|scope/i)
  })
})

describe('numbers', () => {
  it('that move to another extension follow, by themselves and on demand', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const [a, b] = [await acme.connect(ava), await acme.connect(ben)]
    const owners = async (number: string) =>
      (await numbersOf(acme)).filter(([phoneNumber]: string[]) => phoneNumber === number)

    gateway.simulator.moveNumber(ava.number, ben.extensionId)
    await expect.poll(() => owners(ava.number)).toEqual([[ava.number, ben.extensionId]])
    expect(await owners(ben.number)).toEqual([[ben.number, ben.extensionId]])

    // RingCentral forgets to say so, and somebody asks.
    gateway.simulator.planFault({ kind: 'webhook-drop' })
    gateway.simulator.moveNumber(ava.number, ava.extensionId)
    for (const { id } of [b, a]) {
      const { result } = await acme.query(discover, { id })
      expect(result).toEqual({ __typename: 'Extension', id })
    }
    await expect.poll(() => owners(ava.number)).toEqual([[ava.number, ava.extensionId]])
    const { result } = await acme.query(
      `mutation { result: sendSms(input: { from: "${ava.number}", to: ["+14155550123"], text: "Hi" }) { __typename } }`,
    )
    expect(result.__typename).toBe('Message')
    await expect
      .poll(() => gateway.simulator.outbox().map(({ from }) => from))
      .toEqual([ava.number])
  })

  it('are read again daily, and tell only what is new', async () => {
    const gateway = await startGateway()
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await jobs.idle()
    const heard = await acme.subscribe(
      'subscription { extensionChanged { extension { phoneNumbers { phoneNumber } } } }',
    )
    gateway.simulator.planFault({ kind: 'webhook-drop' })
    await jobs.run(rediscoverNumbersJob, {})
    await jobs.idle()
    expect(heard.received).toEqual([])

    gateway.simulator.addNumber({ phoneNumber: '+12025550111', extensionId: ava.extensionId })
    await jobs.run(rediscoverNumbersJob, {})
    const { extensionChanged } = await heard.waitFor((data) => data)
    expect(extensionChanged.extension.phoneNumbers).toEqual([
      { phoneNumber: ava.number },
      { phoneNumber: '+12025550111' },
    ])
  })

  it('stay as they are while RingCentral cannot be asked', async () => {
    const gateway = await startGateway()
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const { id } = await acme.connect(ava)
    await jobs.idle()
    gateway.simulator.planFault({ kind: 'status', status: 503, path: '**/phone-number' })
    expect(await jobs.run(discoverNumbersJob, { extensionRowId: id })).toBe('retry')
    expect(await numbersOf(acme)).toEqual([[ava.number, ava.extensionId]])
    gateway.simulator.clearFaults()
    gateway.simulator.planFault({ kind: 'rate-limit', retryAfter: 30, path: '**/phone-number' })
    const reads = () =>
      asked(gateway, '/restapi/v1.0/account/~/extension/~/phone-number', 'GET').length
    expect(await jobs.run(discoverNumbersJob, { extensionRowId: id })).toBe('completed')
    const before = reads()
    // Every call in the penalty would begin it again.
    for (let n = 0; n < 3; n += 1) await jobs.run(discoverNumbersJob, { extensionRowId: id })
    expect(reads()).toBe(before)
    expect(await numbersOf(acme)).toEqual([[ava.number, ava.extensionId]])
  })

  it('are asked for in vain when the extension is nobody’s or its grant has ended', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const { id } = await acme.connect(ava)
    expect((await acme.query(discover, { id: 'ext_nope' })).result.code).toBe('EXTENSION_NOT_FOUND')
    await acme.query('mutation { disconnect { __typename } }')
    expect((await acme.query(discover, { id })).result.code).toBe('NOT_CONNECTED')
  })
})

describe('an extension that connects again', () => {
  it('keeps its id, its history and its one webhook', async () => {
    const gateway = await startGateway()
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const first = await acme.connect(ava)
    const hears = await acme.subscribe('subscription { messageReceived { message { text } } }')
    gateway.simulator.inbound({ from: '+13105550177', to: ava.number, text: 'Before' })
    await hears.waitFor((data) => data)

    const again = await acme.connect(ava)
    await jobs.idle()
    expect(again.id).toBe(first.id)
    expect(gateway.simulator.subscriptions()).toHaveLength(1)
    gateway.simulator.inbound({ from: '+13105550177', to: ava.number, text: 'After' })
    await hears.waitFor((data) => data.messageReceived.message.text === 'After')
    const { messages } = await acme.query('{ messages { nodes { text } } }')
    expect(messages.nodes.map(({ text }: any) => text)).toEqual(['After', 'Before'])
    expect(hears.received).toHaveLength(2)
  })

  it('is heard of also where RingCentral ends a webhook with the login that made it', async () => {
    const gateway = await startGateway({ simulator: { subscriptionsAfterRevoke: 'drop' } })
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await jobs.idle()
    await acme.connect(ava)
    await jobs.idle()
    expect(asked(gateway, '/restapi/oauth/revoke')).toHaveLength(1)
    expect(gateway.simulator.subscriptions()).toHaveLength(1)
    const hears = await acme.subscribe('subscription { messageReceived { message { text } } }')
    gateway.simulator.inbound({ from: '+13105550177', to: ava.number, text: 'Still there?' })
    await hears.waitFor((data) => data)
  })

  it('after a disconnect is the same extension, with a new webhook', async () => {
    const gateway = await startGateway()
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const first = await acme.connect(ava)
    await acme.query('mutation { disconnect { __typename } }')
    await jobs.idle()
    const again = await acme.connect(ava)
    await jobs.idle()
    expect(again.id).toBe(first.id)
    expect(gateway.simulator.subscriptions()).toHaveLength(1)
    const { extensions } = await acme.query(
      '{ extensions { nodes { status statusReason disconnectedAt } } }',
    )
    expect(extensions.nodes).toEqual([
      { status: 'ACTIVE', statusReason: null, disconnectedAt: null },
    ])
  })

  it('many times leaves another tenant’s connection to the same extension alone', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const other = await gateway.createTenant({ name: 'Other' })
    const { id } = await acme.connect(ava)
    for (let n = 0; n < 7; n += 1) await other.connect(ava)
    await jobs.idle()
    await time.pass(days(0.1))
    await gateway.db.budget.deleteMany()
    expect(await jobs.run(discoverNumbersJob, { extensionRowId: id })).toBe('completed')
    const { extensions } = await acme.query('{ extensions { nodes { status } } }')
    expect(extensions.nodes).toEqual([{ status: 'ACTIVE' }])
  })
})

describe('one extension in two tenants', () => {
  it('is connected twice: both send, both receive, and neither sees the other', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const jobs = await createJobRunner(gateway)
    const tenants = [await gateway.createTenant(), await gateway.createTenant({ name: 'Other' })]
    const ids = []
    for (const tenant of tenants) ids.push((await tenant.connect(ava)).id)
    expect(new Set(ids).size).toBe(2)
    for (let n = 0; n < 20; n += 1) {
      await time.pass(days(0.05))
      await gateway.db.budget.deleteMany()
      for (const extensionRowId of ids) await jobs.run(discoverNumbersJob, { extensionRowId })
    }
    const heard = []
    for (const tenant of tenants) {
      heard.push(await tenant.subscribe('subscription { messageReceived { message { id text } } }'))
    }
    gateway.simulator.inbound({ from: '+13105550177', to: ava.number, text: 'To both' })
    const got = await Promise.all(heard.map((one) => one.waitFor((data) => data)))
    const messageIds = got.map(({ messageReceived }) => messageReceived.message.id)
    expect(new Set(messageIds).size).toBe(2)
    for (const [n, tenant] of tenants.entries()) {
      const { extensions } = await tenant.query('{ extensions { nodes { id status } } }')
      expect(extensions.nodes).toEqual([{ id: ids[n], status: 'ACTIVE' }])
      const foreign = await tenant.query('query ($id: ID!) { message(id: $id) { id } }', {
        id: messageIds[1 - n],
      })
      expect(foreign.message).toBeNull()
    }

    // One leaves, the other does not notice.
    await tenants[0]?.query('mutation { disconnect { __typename } }')
    await jobs.idle()
    expect(gateway.simulator.subscriptions()).toHaveLength(1)
    gateway.simulator.inbound({ from: '+13105550177', to: ava.number, text: 'To one' })
    await heard[1]?.waitFor((data) => data.messageReceived.message.text === 'To one')
    expect(heard[0]?.received).toHaveLength(1)
  })
})
