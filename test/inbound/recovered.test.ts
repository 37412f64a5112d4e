import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkWebhooksJob } from '../../src/extensions/jobs.ts'
import { minutes } from '../../src/lib/clock.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { stranger } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

const health = `inboundHealth {
  lastNotificationAt lastReconciledAt recoveredMessages subscriptionStatus subscriptionExpiresAt
}`
const textsIn = 'subscription { messageReceived { message { id text recovered } } }'

async function healthOf(tenant: TestTenant) {
  const { extensions } = await tenant.query(`{ extensions { nodes { id ${health} } } }`)
  return extensions.nodes[0].inboundHealth
}

/** Asks for a sync as a tenant would, and waits until it is done. */
async function sync(tenant: TestTenant, extensionId: string) {
  const { lastReconciledAt } = await healthOf(tenant)
  const { syncMessages } = await tenant.query(
    'mutation ($id: ID!) { syncMessages(input: { extensionId: $id }) { ... on Extension { id } ... on Error { code } } }',
    { id: extensionId },
  )
  expect(syncMessages).toEqual({ id: expect.any(String) })
  await expect
    .poll(async () => (await healthOf(tenant)).lastReconciledAt, { timeout: 10_000 })
    .not.toBe(lastReconciledAt)
}

describe('a text that came in', () => {
  let gateway: Gateway
  let acme: TestTenant
  let time: { pass(milliseconds: number): Promise<void> }
  const receive = (text: string) =>
    gateway.simulator.inbound({ from: stranger, to: ava.number, text })

  beforeEach(async () => {
    const shared = sharedTime()
    time = shared
    gateway = await startGateway(shared)
    acme = await gateway.createTenant()
    await acme.connect(ava)
    await (await createJobRunner(gateway)).idle()
  })

  it('with its notification is not recovered, however often it is compared', async () => {
    const hears = await acme.subscribe(textsIn)
    receive('Ordinary')
    await hears.waitFor((data) => data.messageReceived.message.text === 'Ordinary')
    await sync(acme, ava.extensionId)
    expect(hears.received).toHaveLength(1)
    expect(hears.received[0].messageReceived.message.recovered).toBe(false)
    const { recoveredMessages, lastNotificationAt } = await healthOf(acme)
    expect(recoveredMessages).toBe(0)
    expect(lastNotificationAt).not.toBeNull()
  })

  it('and that a sync finds while its notification may still come is not recovered', async () => {
    const hears = await acme.subscribe(textsIn)
    gateway.simulator.planFault({ kind: 'webhook-drop', path: '/' })
    receive('Just now')
    await sync(acme, ava.extensionId)
    const { messageReceived } = await hears.waitFor((data) => data)
    expect(messageReceived.message).toMatchObject({ text: 'Just now', recovered: false })
    expect((await healthOf(acme)).recoveredMessages).toBe(0)
  })

  it('without its notification comes by `syncMessages`, marked and counted', async () => {
    const hears = await acme.subscribe(textsIn)
    gateway.simulator.planFault({ kind: 'webhook-drop', path: '/' })
    receive('Lost 1')
    receive('Lost 2')
    await time.pass(11_000)
    await sync(acme, ava.extensionId)
    await hears.waitFor((data) => data.messageReceived.message.text === 'Lost 2')
    const heard = hears.received.map(({ messageReceived: { message } }) => message)
    expect(heard).toMatchObject([
      { text: 'Lost 1', recovered: true },
      { text: 'Lost 2', recovered: true },
    ])
    const { message } = await acme.query(`{ message(id: "${heard[0].id}") { recovered } }`)
    expect(message).toEqual({ recovered: true })
    expect((await healthOf(acme)).recoveredMessages).toBe(2)
    gateway.simulator.expireSyncTokens()
    await time.pass(3_000)
    const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
    const { messageSyncToken: before } = await gateway.db.extension.findFirstOrThrow()
    await gateway.db.extension.update({
      where: { id: extensionRowId },
      data: { messagesSyncedAt: null },
    })
    await sync(acme, ava.extensionId)
    const { messageSyncToken } = await gateway.db.extension.findFirstOrThrow()
    expect(messageSyncToken).not.toBe(before)
    expect((await healthOf(acme)).recoveredMessages).toBe(2)
    expect(hears.received).toHaveLength(2)
  })

  it('while its webhook was blacklisted is recovered in order, when the check replaces it', async () => {
    const jobs = await createJobRunner(gateway)
    const [{ id = '' } = {}] = gateway.simulator.subscriptions()
    gateway.simulator.blacklist(id)
    for (let n = 0; n < 20; n += 1) receive(`Missed ${n}`)
    await time.pass(minutes(5))
    await gateway.db.extension.updateMany({ data: { messagesSyncedAt: null } })
    const hears = await acme.subscribe(textsIn)
    expect(await healthOf(acme)).toMatchObject({ subscriptionStatus: 'ACTIVE' })
    await jobs.run(checkWebhooksJob, {})
    await hears.waitFor((data) => data.messageReceived.message.text === 'Missed 19')
    expect(hears.received.map(({ messageReceived: { message } }) => message)).toMatchObject(
      Array.from({ length: 20 }, (_, n) => ({ text: `Missed ${n}`, recovered: true })),
    )
    const fresh = gateway.simulator.subscriptions().find(({ status }) => status === 'Active')
    expect(fresh?.id).not.toBe(id)
    expect(await healthOf(acme)).toMatchObject({
      subscriptionStatus: 'ACTIVE',
      recoveredMessages: 20,
      subscriptionExpiresAt: new Date(fresh?.expiresAt ?? 0).toISOString(),
    })
    receive('Ordinary again')
    const last = await hears.waitFor(
      (data) => data.messageReceived.message.text === 'Ordinary again',
    )
    expect(last.messageReceived.message.recovered).toBe(false)
  })
})

describe('`syncMessages`', () => {
  let gateway: Gateway
  let acme: TestTenant
  beforeAll(async () => {
    gateway = await startGateway({ shared: true })
    acme = await gateway.createTenant()
    await acme.connect(ava)
    return gateway.stop
  })
  const refused = async (extensionId: string) => {
    const { syncMessages } = await acme.query(
      'mutation ($id: ID!) { syncMessages(input: { extensionId: $id }) { ... on Error { code } } }',
      { id: extensionId },
    )
    return syncMessages.code
  }

  it('knows no extension of others, and refuses one that was disconnected', async () => {
    expect(await refused('62264429999')).toBe('EXTENSION_NOT_FOUND')
    await acme.query('mutation { disconnect { __typename } }')
    expect(await refused(ava.extensionId)).toBe('NOT_CONNECTED')
  })
})
