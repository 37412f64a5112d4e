import { beforeAll, beforeEach, expect, it } from 'vitest'
import { minutes } from '../../src/lib/clock.ts'
import { syncMessagesJob } from '../../src/messages/jobs.ts'
import { createRoadBack, isSms } from '../messages/unconfirmed.ts'
import { conversationsOf, messagesIn, waitForConversation } from '../support/conversations.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { changed, elsewhere, messagesOf } from '../support/mailbox.ts'
import { send, statusChanges, waitForStatus } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant
let extensionRowId: string
let run: (payload: { extensionRowId: string }) => Promise<string>
let count = 0
let customer: string

const { road, travel } = createRoadBack()
/** What RingCentral's answers wait for, and how its store changes the words of what it shows. */
const way = { answer: Promise.resolve(), retold: (text: string) => text }

beforeAll(async () => {
  const crooked: typeof fetch = async (url, init) => {
    const response = await travel(url, init)
    if (isSms(url, init)) await way.answer
    if (!/message-(sync|store)/.test(String(url)) || init?.method !== 'GET') return response
    const { status, headers } = response
    return new Response(way.retold(await response.text()), { status, headers })
  }
  // Long enough for a sync to be the first to look.
  gateway = await startGateway({ shared: true, app: { fetch: crooked, settleMs: minutes(10) } })
  acme = await gateway.createTenant()
  extensionRowId = (await acme.connect(ava)).id
  return gateway.stop
})

beforeEach(async () => {
  customer = `+1415555${String(3000 + count++)}`
  Object.assign(way, { answer: Promise.resolve(), retold: (text: string) => text })
  road.swallows = false
  const jobs = await createJobRunner(gateway)
  run = (payload) => jobs.run(syncMessagesJob, payload)
})

const sync = async () => expect(await run({ extensionRowId })).toBe('completed')
const sendFromApp = async (text: string) => {
  const app = await elsewhere(gateway, ava.extensionId)
  const to = [{ phoneNumber: customer }]
  await app('POST', 'sms', { from: { phoneNumber: ava.number }, to, text })
}
const sentTo = async () => messagesOf(acme, { number: customer })
const isSending = async (id: string, outcome: 'IN_DOUBT' | null) =>
  (await gateway.db.messageAttempt.count({ where: { messageId: id, outcome } })) === 1

it('a text from RingCentral’s own app is there once, moves on, and is never told as ours', async () => {
  const changes = await acme.subscribe(changed, { filter: { number: customer } })
  const steps = await acme.subscribe(statusChanges, { filter: { number: customer } })
  await sendFromApp('From my phone')
  const { id } = await waitForConversation(acme, (one) => one.lastMessage.text === 'From my phone')
  await changes.waitFor((data) => data.messageChanged.message.status === 'DELIVERED')
  await sync()
  await gateway.db.extension.updateMany({ data: { messageSyncToken: null } })
  await sync()
  expect(await messagesIn(acme, id)).toMatchObject([
    { direction: 'OUTBOUND', status: 'DELIVERED', sentElsewhere: true, isRead: null },
  ])
  const { id: own } = await send(acme, { from: ava.number, to: [customer], text: 'From here' })
  await waitForStatus(acme, own, 'DELIVERED')
  await steps.waitFor((data) => data.messageStatusChanged.message.status === 'DELIVERED')
  const told = steps.received.map((data: any) => data.messageStatusChanged.message.id)
  expect(new Set(told)).toEqual(new Set([own]))
  expect(await messagesIn(acme, id)).toMatchObject([
    { sentElsewhere: false },
    { sentElsewhere: true },
  ])
})

it('a text in doubt that a sync sees first is adopted, and appears once', async () => {
  road.swallows = true
  const { id } = await send(acme, { from: ava.number, to: [customer], text: 'In doubt' })
  await expect.poll(() => isSending(id, 'IN_DOUBT')).toBe(true)
  await sync()
  await waitForStatus(acme, id, 'SENT', 'DELIVERED')
  await sync()
  expect(await sentTo()).toMatchObject([{ id, rcMessageId: expect.any(String) }])
  expect(await conversationsOf(acme, { participant: customer })).toMatchObject([
    { lastMessage: { id, sentElsewhere: false } },
  ])
})

it.each(['as we wrote them', 'otherwise'])(
  'a text under way whose record shows before its answer, its words told %s, stays ours',
  async (how) => {
    const answer = Promise.withResolvers<void>()
    way.answer = answer.promise
    if (how === 'otherwise') way.retold = (text) => text.replaceAll('“under way”', '‘under way’')
    const { id } = await send(acme, { from: ava.number, to: [customer], text: 'Is “under way”' })
    await expect.poll(() => gateway.simulator.outbox().at(-1)?.to).toEqual([customer])
    expect(await isSending(id, null)).toBe(true)
    await sync()
    await sync()
    expect(await sentTo()).toMatchObject([{ id, status: 'SENDING' }])
    answer.resolve()
    await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    await sync()
    expect(await sentTo()).toMatchObject([{ id }])
  },
)

it('what is sent elsewhere meanwhile waits for the one in doubt, and both are there', async () => {
  road.swallows = true
  const { id } = await send(acme, { from: ava.number, to: [customer], text: 'Ours' })
  await expect.poll(() => isSending(id, 'IN_DOUBT')).toBe(true)
  road.swallows = false
  // The same words from the phone: of equal texts one is ours.
  await sendFromApp('Ours')
  await sync()
  await sync()
  const found = await sentTo()
  expect(found.map(({ text }: any) => text)).toEqual(['Ours', 'Ours'])
  expect(new Set(found.map((one: any) => one.rcMessageId)).size).toBe(2)
  const flags = await gateway.db.message.findMany({ where: { to: { has: customer } } })
  expect(flags.map(({ sentElsewhere }) => sentElsewhere).sort()).toEqual([false, true])
  expect(flags.find((one) => !one.sentElsewhere)?.id).toBe(id)
})
