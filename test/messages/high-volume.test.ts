import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { budgetKey } from '../../src/extensions/access.ts'
import { discoverNumbersJob } from '../../src/extensions/jobs.ts'
import { syncHighVolumeJob } from '../../src/messages/jobs.ts'
import { changeBatch, people, readBatch, sendBatch, wideLimits } from '../batches/batches.ts'
import { consentOf } from '../support/consents.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { capabilitiesOf } from '../support/settings.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'

const line = '+12025550150'
const hotline = '+12025550151'

let gateway: Gateway
let acme: TestTenant

/** Gives up sooner than the gateway does, in the same way. */
const impatient: typeof fetch = (url, init) =>
  fetch(url, {
    ...init,
    signal: AbortSignal.any([init?.signal, AbortSignal.timeout(4_000)].filter((s) => s != null)),
  })

beforeAll(async () => {
  gateway = await startGateway({
    shared: true,
    app: { fetch: impatient },
    simulator: { limits: wideLimits },
  })
  for (const phoneNumber of [line, hotline]) {
    gateway.simulator.addNumber({
      phoneNumber,
      extensionId: ava.extensionId,
      features: ['A2PSmsSender'],
    })
  }
  acme = await gateway.createTenant()
  await acme.connect(ava)
  await untilListening()
})
afterAll(() => gateway.stop())

let before = 0
beforeEach(() => {
  gateway.simulator.clearFaults()
  before = batchRequests().length
})

const batches = { path: '**/a2p-sms/batches', method: 'POST' } as const
const requests = () => batchRequests().length - before
const texting = (text: string, to = stranger, from = line) => send(acme, { from, to: [to], text })
const arrived = (text: string) => gateway.simulator.outbox().filter((one) => one.text === text)

function batchRequests() {
  return gateway.simulator
    .ledger()
    .filter(
      ({ direction, method, path }) =>
        direction === 'in' && method === 'POST' && path.endsWith('/a2p-sms/batches'),
    )
}

/** The numbers are found after the connection, and then RingCentral is asked to tell of them. */
async function untilListening() {
  const isHeard = (one: string) => one.includes('/a2p-sms/messages')
  const webhook = () => gateway.db.webhookSubscription.findFirst({ where: { status: 'ACTIVE' } })
  while (!(await webhook())?.eventFilters.some(isHeard)) await sleep(50)
}

async function messagesOf(batchId: string) {
  const { messageBatch } = await acme.query(
    `{ messageBatch(id: "${batchId}") { messages(first: 100) { nodes { id to text status errorCode rcMessageId rcBatchId highVolume error { code } } } } }`,
  )
  return messageBatch.messages.nodes as any[]
}

const highVolume = (id: string) =>
  acme.waitFor(
    `{ message(id: "${id}") { status highVolume rcMessageId rcBatchId } }`,
    ({ message }) => message.rcMessageId && message,
  )

describe('a text from a high-volume number', () => {
  test('leaves by the batch operation, and is delivered like any other', async () => {
    const { phoneNumbers } = await acme.query(
      '{ phoneNumbers(first: 10) { nodes { phoneNumber highVolume canSendSms canSendMms } } }',
    )
    expect(phoneNumbers.nodes).toEqual(
      expect.arrayContaining([
        { phoneNumber: line, highVolume: true, canSendSms: true, canSendMms: false },
      ]),
    )
    expect((await capabilitiesOf(acme, ava)).HIGH_VOLUME_SMS.works).toBe(true)

    const { id } = await texting('From the line')
    await waitForStatus(acme, id, 'DELIVERED')
    const [sent] = arrived('From the line')
    expect(await highVolume(id)).toEqual({
      status: 'DELIVERED',
      highVolume: true,
      rcMessageId: sent?.id,
      rcBatchId: sent?.batchId,
    })
    expect(requests()).toBe(1)
    expect(smsRequests(gateway.simulator)).toEqual([])
    // The same list again is no news, and nothing that somebody else has sent.
    const { messages } = await acme.query('{ messages(first: 1) { totalCount } }')
    expect(messages.totalCount).toBe(1)
  })

  test('is looked at before: one person, words alone, at home', async () => {
    const two = await send(acme, { from: line, to: [stranger, ben.number], text: 'You two' })
    expect(two).toMatchObject({ code: 'INVALID_RECIPIENTS' })
    const abroad = await texting('Hallo', '+4915112345678')
    expect(abroad).toMatchObject({ code: 'INTERNATIONAL_NOT_ALLOWED' })
    expect(requests()).toBe(0)
  })

  test('whose answer got lost is found, and not sent twice', async () => {
    gateway.simulator.planFault({ kind: 'accept-then-reset', ...batches, count: 1 })
    const { id } = await texting('Taken in silence')
    await waitForStatus(acme, id, 'DELIVERED')
    expect((await highVolume(id)).rcMessageId).toBe(arrived('Taken in silence')[0]?.id)
    expect(requests()).toBe(1)
  })

  test('that left no trace is UNCONFIRMED, though its twin did', async () => {
    const twin = await texting('Twins')
    await waitForStatus(acme, twin.id, 'SENT', 'DELIVERED')
    gateway.simulator.planFault({ kind: 'reset', ...batches, count: 1 })
    const { id } = await texting('Twins')
    await waitForStatus(acme, id, 'UNCONFIRMED')
    expect(requests()).toBe(2)
    expect((await highVolume(twin.id)).rcMessageId).toBe(arrived('Twins')[0]?.id)
  })

  test('that a carrier refuses tells its code, and a STOP is believed', async () => {
    const refused = await texting('Nobody there', '+12025554411')
    expect(await waitForStatus(acme, refused.id, 'DELIVERY_FAILED')).toMatchObject({
      errorCode: 'SMS-CAR-411',
    })
    const out = await texting('They said no', '+12025552413')
    await waitForStatus(acme, out.id, 'SENDING_FAILED', 'DELIVERY_FAILED')
    const pair = { number: line, other: '+12025552413' }
    await expect.poll(() => consentOf(acme, pair)).toMatchObject({ status: 'OPTED_OUT' })
  })
})

describe('a batch', () => {
  const send40 = async (from: string, to: string[]) => {
    const recipients = to.map((one, n) => ({
      to: one,
      values: [{ name: 'name', value: `Nº ${n}` }],
    }))
    return sendBatch(acme, { from: [from], text: 'Hello {{name}}', recipients })
  }
  const untilAll = async (id: string, ...statuses: string[]) => {
    await expect
      .poll(async () => {
        const all = await messagesOf(id)
        return all.length > 0 && all.every(({ status }) => statuses.includes(status))
      })
      .toBe(true)
    return messagesOf(id)
  }

  test('leaves many at a time, each with its own words; who is refused fails alone', async () => {
    const to = [...people(40, 505), '+15055556243']
    const { id } = await send40(hotline, to)
    await untilAll(id, 'DELIVERED', 'SENDING_FAILED')
    const all = await messagesOf(id)
    expect(all).toHaveLength(41)
    expect(all.filter(({ status }) => status === 'SENDING_FAILED')).toMatchObject([
      { to: ['+15055556243'], errorCode: 'MSG-243', error: { code: 'RECIPIENT_BLOCKED' } },
    ])
    const taken = all.filter(({ status }) => status === 'DELIVERED')
    expect(taken.every((one) => one.highVolume && one.rcMessageId && one.rcBatchId)).toBe(true)
    const sent = gateway.simulator.outbox().filter(({ from }) => from === hotline)
    expect(new Map(sent.map((one) => [one.to[0], one.text]))).toEqual(
      new Map(to.slice(0, 40).map((one, n) => [one, `Hello Nº ${n}`])),
    )
    expect(requests()).toBeLessThanOrEqual(3)
    await expect.poll(async () => (await readBatch(acme, id)).status).toBe('COMPLETED')
  })

  test('whose answer got lost is found as a whole', async () => {
    gateway.simulator.planFault({ kind: 'accept-then-status', status: 502, ...batches, count: 1 })
    const { id } = await send40(hotline, people(12, 506))
    const all = await untilAll(id, 'DELIVERED')
    expect(new Set(all.map(({ rcMessageId }) => rcMessageId)).size).toBe(12)
    expect(requests()).toBeLessThanOrEqual(2)
  })

  test('that RingCentral refuses because of one is sent one by one, and that one alone fails', async () => {
    gateway.simulator.planFault({
      kind: 'status',
      status: 400,
      body: { errors: [{ errorCode: 'CMN-101', parameterName: 'messages[2].text' }] },
      ...batches,
      count: 1,
    })
    const { id } = await send40(hotline, [...people(3, 507), '+15075556243'])
    const all = await untilAll(id, 'DELIVERED', 'SENDING_FAILED')
    expect(all.filter(({ status }) => status === 'SENDING_FAILED')).toHaveLength(1)
    expect(requests()).toBeGreaterThan(3)
  })
})

test('what leaves many at a time is foreseen so, and does not wait for what others wait for', async () => {
  const at = new Date(Date.now() + 600_000)
  const { id } = await sendBatch(acme, {
    from: [line],
    text: 'In ten minutes',
    recipients: people(120, 508).map((to) => ({ to })),
    sendAt: at.toISOString(),
  })
  await expect.poll(async () => (await readBatch(acme, id)).messages.totalCount).toBe(120)
  const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
  const inAnHour = new Date(Date.now() + 3_600_000)
  const close = (closedUntil: Date | null) =>
    gateway.db.budget.updateMany({
      where: { key: budgetKey(extensionRowId, 'Medium') },
      data: { closedUntil },
    })
  expect(await close(inAnHour)).toEqual({ count: 1 })

  const { messageBatch } = await acme.query(
    `{ messageBatch(id: "${id}") { messages(last: 100) { nodes { estimatedSendAt } } } }`,
  )
  for (const { estimatedSendAt } of messageBatch.messages.nodes) {
    const later = new Date(estimatedSendAt).getTime() - at.getTime()
    expect(later).toBeGreaterThanOrEqual(0)
    expect(later).toBeLessThan(2_000)
  }
  const waitFrom = async (from: string) => {
    const { messagePreflight } = await acme.query(
      `{ messagePreflight(input: { from: "${from}", to: ["${stranger}"], text: "Hi" }) { wait { estimatedSendAt } } }`,
    )
    return new Date(messagePreflight.wait.estimatedSendAt)
  }
  expect((await waitFrom(ava.number)) >= inAnHour).toBe(true)
  expect((await waitFrom(line)) < at).toBe(true)
  await close(null)
  await changeBatch(acme, 'cancelBatch', id)
})

describe('what comes in at a high-volume number', () => {
  test('is a message of its conversation, told once, and STOP is heard', async () => {
    const live = await acme.subscribe(
      'subscription { messageReceived { message { from to text highVolume isRead conversation { unreadCount } } } }',
    )
    gateway.simulator.inbound({ from: stranger, to: line, text: 'Who is this?' })
    const told = await live.waitFor(() => true)
    expect(told.messageReceived.message).toMatchObject({
      from: stranger,
      to: [line],
      text: 'Who is this?',
      highVolume: true,
      isRead: false,
      conversation: { unreadCount: 1 },
    })
    gateway.simulator.inbound({ from: stranger, to: line, text: 'STOP' })
    const pair = { number: line, other: stranger }
    await expect.poll(() => consentOf(acme, pair)).toMatchObject({ status: 'OPTED_OUT' })
    expect(await texting('One more thing')).toMatchObject({ code: 'RECIPIENT_OPTED_OUT' })
  })

  test('is found in RingCentral’s list when nobody told of it', async () => {
    const jobs = await createJobRunner(gateway)
    gateway.simulator.planFault({ kind: 'webhook-drop' })
    gateway.simulator.inbound({ from: '+14155550144', to: line, text: 'Lost on the way' })
    gateway.simulator.clearFaults()
    const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
    for (const _ of [1, 2]) await jobs.run(syncHighVolumeJob, { extensionRowId, back: 'recent' })
    const { messages } = await acme.query(
      '{ messages(first: 10, filter: { number: "+14155550144" }) { nodes { direction text } } }',
    )
    expect(messages.nodes).toEqual([{ direction: 'INBOUND', text: 'Lost on the way' }])
  })
})

test('a worker that is killed while it sends many leaves them to be found', async () => {
  let froze = false
  const dying: typeof fetch = async (url, init) => {
    if (froze || init?.method !== 'POST' || !String(url).endsWith('/a2p-sms/batches')) {
      return fetch(url, init)
    }
    froze = true
    await fetch(url, { ...init, signal: null })
    return new Promise(() => undefined)
  }
  const own = await startGateway({ app: { fetch: dying }, simulator: { limits: wideLimits } })
  own.simulator.addNumber({
    phoneNumber: line,
    extensionId: ben.extensionId,
    features: ['A2PSmsSender'],
  })
  const globex = await own.createTenant()
  await globex.connect(ben)
  const recipients = people(6, 508).map((to) => ({ to }))
  const { id } = await sendBatch(globex, { from: [line], text: 'Six of us', recipients })
  await expect.poll(() => own.simulator.outbox().length).toBeGreaterThan(0)
  await own.startInstance({ role: 'worker', fetch })
  // Its lease runs out, which it does not know how to renew any more.
  await own.db.sendLane.updateMany({ data: { leaseId: 'of the dead', leaseUntil: new Date(0) } })
  await expect
    .poll(async () => (await readBatch(globex, id)).counts, { timeout: 30_000 })
    .toMatchObject({ delivered: 6 })
  expect(
    own.simulator
      .outbox()
      .map(({ to }) => to[0])
      .sort(),
  ).toEqual(people(6, 508))
})

test('a grant without the scope shows the number, says what is missing, and sends nothing', async () => {
  const scope = 'ReadAccounts SMS SubscriptionWebhook'
  const own = await startGateway({ simulator: { scope } })
  own.simulator.addNumber({
    phoneNumber: line,
    extensionId: ava.extensionId,
    features: ['A2PSmsSender'],
  })
  const globex = await own.createTenant()
  await globex.connect(ava)
  expect((await capabilitiesOf(globex, ava)).HIGH_VOLUME_SMS).toMatchObject({
    works: false,
    missingScope: 'A2PSMS',
    reason: expect.stringContaining('A2PSMS'),
  })
  const input = { from: line, to: [stranger], text: 'Hello' }
  expect(await send(globex, input)).toMatchObject({ code: 'GRANT_LACKS_SCOPE' })
  const { messagePreflight } = await globex.query(
    `{ messagePreflight(input: { from: "${line}", to: ["${stranger}"], text: "Hello" }) { problems { code } } }`,
  )
  expect(messagePreflight.problems).toMatchObject([{ code: 'GRANT_LACKS_SCOPE' }])
  // A number of the account is the one's whose grant covers it.
  own.simulator.moveNumber(line, ben.extensionId)
  const jobs = await createJobRunner(own)
  const { id: extensionRowId } = await own.db.extension.findFirstOrThrow()
  await jobs.run(discoverNumbersJob, { extensionRowId })
  expect(await send(globex, input)).toMatchObject({ code: 'NUMBER_NOT_FOUND' })
})
