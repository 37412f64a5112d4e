import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MessageStatus } from '../../src/db/generated/client/client.ts'
import { createEventLog, type EventLog } from '../../src/events/event-log.ts'
import { createId } from '../../src/lib/ids.ts'
import { moveStatus, type StatusChange, statusFromRingCentral } from '../../src/messages/status.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'

let gateway: Gateway
let acme: TestTenant
let eventLog: EventLog
let extensionRowId: string

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  extensionRowId = (await acme.connect(ava)).id
  const hints = { publish: () => undefined, listen: () => () => undefined, close: async () => {} }
  eventLog = createEventLog({ db: gateway.db, hints })
  return gateway.stop
})

/** How far each status is, in the words of the docs; nothing of this is read from the source. */
const way = ['QUEUED', 'SENDING', 'UNCONFIRMED', 'SENT', 'the end'] as const
const placeOf = (status: MessageStatus) => {
  const place = way.indexOf(status as never)
  return place < 0 ? way.length - 1 : place
}

/** What can be heard of a message that comes to one end: our own moves, and RingCentral's words. */
const ours: StatusChange[] = [
  { to: 'SENDING' },
  { to: 'UNCONFIRMED', errorCode: 'UNCONFIRMED', errorMessage: 'No trace.' },
]
const onTheWay = [
  statusFromRingCentral('queued', undefined),
  statusFromRingCentral('sent', undefined),
  // A carrier that keeps silent is no failure.
  statusFromRingCentral('delivery-failed', 'SMS-CAR-104'),
]
const ends = [
  statusFromRingCentral('delivered', undefined),
  statusFromRingCentral('delivery-failed', 'SMS-CAR-411'),
  statusFromRingCentral('sending-failed', 'SMS-UP-430'),
]

/** News with one end at most, repeated and shuffled as notifications and syncs may bring them. */
const story = fc
  .tuple(
    fc.array(fc.constantFrom(...ours, ...onTheWay), { maxLength: 8 }),
    fc.option(fc.constantFrom(...ends)),
    fc.integer({ min: 1, max: 3 }),
  )
  .map(([news, end, times]) => [...news, ...(end ? Array<StatusChange>(times).fill(end) : [])])
const twoOrders = story.chain((news) =>
  fc.tuple(
    fc.shuffledSubarray(news, { minLength: news.length }),
    fc.shuffledSubarray(news, { minLength: news.length }),
  ),
)

async function createMessage(): Promise<string> {
  const id = createId('Message')
  await gateway.db.message.create({
    data: {
      id,
      tenantId: acme.id,
      extensionRowId,
      direction: 'OUTBOUND',
      status: 'QUEUED',
      from: ava.number,
      to: ['+14155550123'],
      text: 'x',
    },
  })
  return id
}

const hear = (id: string, news: StatusChange) =>
  eventLog.transaction((tx, record) => moveStatus(tx, record, id, news))

/** Where a message has ended, and each status that its subscribers were told of on the way. */
async function outcome(id: string) {
  const { status, errorCode, errorMessage } = await gateway.db.message.findUniqueOrThrow({
    where: { id },
  })
  const events = await gateway.db.event.findMany({
    where: { tenantId: acme.id, subjectId: id },
    orderBy: { sequence: 'asc' },
  })
  const steps = await gateway.db.messageStep.findMany({
    where: { messageId: id },
    orderBy: { id: 'asc' },
  })
  const told = events.map(({ snapshot }) => (snapshot as { status: MessageStatus }).status)
  expect(steps.map((step) => step.status)).toEqual(told)
  return { end: { status, errorCode, errorMessage }, told }
}

function expectForward(told: MessageStatus[]) {
  const places = told.map(placeOf)
  for (const [n, place] of places.entries()) expect(place).toBeGreaterThan(places[n - 1] ?? 0)
}

/** The model: the furthest that was heard. */
function expected(news: StatusChange[]): MessageStatus {
  return news
    .map(({ to }) => to)
    .reduce<MessageStatus>((far, to) => (placeOf(to) > placeOf(far) ? to : far), 'QUEUED')
}

describe('a message’s status', () => {
  it('G5: never goes backwards, and its end depends only on what was heard, not on the order', async () => {
    await fc.assert(
      fc.asyncProperty(twoOrders, async (orders) => {
        const ends = []
        for (const news of orders) {
          const id = await createMessage()
          for (const one of news) await hear(id, one)
          const { end, told } = await outcome(id)
          expectForward(told)
          expect(end.status).toBe(expected(news))
          if (told.length > 0) expect(told.at(-1)).toBe(end.status)
          ends.push(end)
        }
        expect(ends[0]).toEqual(ends[1])
      }),
      { numRuns: 40, endOnFailure: true },
    )
  })

  it('goes only forward as well when all news come at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (news) => {
        const id = await createMessage()
        await Promise.all(news.map((one) => hear(id, one)))
        const { end, told } = await outcome(id)
        expectForward(told)
        expect(end.status).toBe(expected(news))
      }),
      { numRuns: 25, endOnFailure: true },
    )
  })

  it('keeps the first of two ends that exclude each other', async () => {
    const finals: StatusChange[] = [...ends, { to: 'EXPIRED' }, { to: 'SENDING_FAILED' }]
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...finals, ...onTheWay), { minLength: 2, maxLength: 6 }),
        async (news) => {
          const id = await createMessage()
          for (const one of news) await hear(id, one)
          const { end, told } = await outcome(id)
          expectForward(told)
          const first = news.find(({ to }) => placeOf(to) === way.length - 1)
          expect(end.status).toBe(first?.to ?? 'SENT')
        },
      ),
      { numRuns: 20, endOnFailure: true },
    )
  })
})
