import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Db } from '../../src/db/client.ts'
import { createAudience } from '../../src/events/audience.ts'
import { encodeCursor } from '../../src/events/cursor.ts'
import type { LoggedEvent } from '../../src/events/event.ts'
import { createEventFeed } from '../../src/events/feed.ts'
import type { Hint, Hints } from '../../src/events/hints.ts'
import { deliver } from '../../src/events/subscription.ts'
import { Payload } from '../../src/graphql/payload.ts'
import { Stream } from '../../src/graphql/stream.ts'
import { countFrom, logger, readable, take } from './log.ts'

const tenantId = 'ten_1'
const type = 'message.received'
const wanted = { subject: { types: [type] as const } }

/** A log of so many events, whose database answers in the next turn at the earliest. */
function openFeed(length: number) {
  const log: Pick<LoggedEvent, 'sequence' | 'type' | 'snapshot'>[] = []
  const append = (count: number) => {
    for (const n of countFrom(log.length + 1, count)) {
      log.push({ sequence: BigInt(n), type, snapshot: {} })
    }
    return BigInt(log.length)
  }
  append(length)
  let reading = 0
  const seen = { readAtOnce: 0, asked: 0 }
  async function readEvents(_tenantId: string, after: bigint, most: number) {
    reading += 1
    seen.readAtOnce = Math.max(seen.readAtOnce, reading)
    await nextTurn()
    reading -= 1
    return log.slice(Number(after), Number(after) + most) as LoggedEvent[]
  }
  const db = {
    eventLog: {
      async findUniqueOrThrow() {
        seen.asked += 1
        const found = { lastSequence: BigInt(log.length), prunedSequence: 0n }
        await nextTurn()
        return found
      },
    },
  } as unknown as Db
  let hear: (hint: Hint) => void = () => undefined
  const hints = {
    listen(listener) {
      hear = listener
      return () => undefined
    },
  } as Hints
  const feed = readable(createEventFeed({ db, readEvents, hints, logger }))
  onTestFinished(() => feed.close())
  /** They are there, and hinted at. */
  const happen = (count: number) => hear({ tenantId, sequence: append(count) })
  return { feed, happen, seen }
}

test('a thousand who come back at once, each to a place of its own, are all served, a few at a time', async () => {
  const { feed, seen } = openFeed(2_000)
  const readers = await Promise.all(
    countFrom(1, 1_000).map((place) =>
      feed.read({ tenantId, types: [type], after: encodeCursor(tenantId, BigInt(place)) }),
    ),
  )
  const taken = await Promise.all(readers.map((reader) => take(reader, 3)))
  expect(taken).toEqual(countFrom(1, 1_000).map((place) => [place + 1, place + 2, place + 3]))
  expect(seen.readAtOnce).toBeLessThanOrEqual(9)
  // Where the log ends they ask together.
  expect(seen.asked).toBeLessThan(5)
})

test('a burst that a thousand see, each in their own way, leaves others their turn', async () => {
  const { feed, happen } = openFeed(0)
  const place = await feed.find(tenantId, undefined)
  let [made, mostInOneTurn] = [0, 0]
  const heard = Array.from({ length: 1_000 }, () => [] as number[])
  for (const events of heard) {
    const audience = createAudience((event) => {
      made += 1
      return event
    })
    const sink = {
      offer: ({ sequence }: LoggedEvent) => events.push(Number(sequence)) > 0,
      room: () => Promise.resolve(),
      end: () => undefined,
    }
    feed.open({ place, wanted, audience, sink })
  }
  happen(20)
  const latecomers: Promise<number[]>[] = []
  const after = encodeCursor(tenantId, 3n)
  while (heard.some(({ length }) => length < 20)) {
    const before = made
    latecomers.push(feed.read({ tenantId, types: [type], after }).then((late) => take(late, 17)))
    await nextTurn()
    mostInOneTurn = Math.max(mostInOneTurn, made - before)
  }
  expect(mostInOneTurn).toBeLessThanOrEqual(500)
  for (const events of heard) expect(events).toEqual(countFrom(1, 20))
  for (const events of await Promise.all(latecomers)) expect(events).toEqual(countFrom(4, 17))
})

test('what happens while somebody alone is beginning is told at once, and not when the log is next looked at', async () => {
  const { feed, happen, seen } = openFeed(5)
  const beginning = feed.read({ tenantId, types: [type] })
  // Its place is found already, and not yet known.
  while (seen.asked === 0) await nextTurn()
  happen(1)
  expect(await take(await beginning, 1)).toEqual([6])
})

test('a stream has its place before its first result is asked for', async () => {
  const { feed, happen } = openFeed(5)
  const deliveries = await deliver(feed, { tenantId, after: null, ended: undefined, ...wanted })
  const audience = createAudience(({ sequence }) => new Payload({ place: Number(sequence) }))
  const stream = new Stream(deliveries as never, {
    sit: () => ({ audience, leave: () => undefined }),
    mask: (error) => error as never,
  })
  const results = stream.results()
  expect(feed.readers).toBe(1)
  happen(1)
  const { value } = await results.next()
  expect(value.stringify()).toBe('{"place":6}')
  await results.return?.()
  expect(feed.readers).toBe(0)
})
