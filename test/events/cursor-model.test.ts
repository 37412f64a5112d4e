import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeCursor } from '../../src/events/cursor.ts'
import type { EventType, LoggedEvent } from '../../src/events/event.ts'
import { createEventFeed } from '../../src/events/feed.ts'
import { eventRetention, pruneEvents } from '../../src/events/prune.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { logger, openLog, openWriter, type ReadableFeed, readable } from './log.ts'

/*
 * Whatever happens in whatever order, a subscriber gets what an array would give it: everything of its
 * types after its cursor, once and in order, or CURSOR_EXPIRED, if what comes next was pruned.
 */

const kinds: EventType[] = ['message.received', 'message.status', 'call.changed']

/** A log is its events' types; its nth event has the number n + 1. */
type Log = { types: EventType[]; pruned: number }
type Subscriber = {
  log: number
  types: EventType[]
  /** The number of the last event that it got, or that it subscribed after. */
  cursor: number
  /** Where it reads; undefined: nowhere, at the moment. */
  feed: number | undefined
  waits: boolean
}
type Model = { logs: Log[]; subscribers: (Subscriber | undefined)[] }
type Next = Promise<IteratorResult<LoggedEvent>>
type Real = {
  tenantIds: string[]
  feeds: ReadableFeed[]
  readers: (AsyncIterator<LoggedEvent> | undefined)[]
  waiting: (Next | undefined)[]
}
type Command = fc.AsyncCommand<Model, Real>

let log: Awaited<ReturnType<typeof openLog>>
/** As another process has it. */
let elsewhere: Awaited<ReturnType<typeof openWriter>>
beforeAll(async () => {
  log = await openLog()
  elsewhere = await openWriter(log.databaseUrl)
})
afterAll(async () => {
  await elsewhere.close()
  await log.close()
})

const openFeed = (which: number) => {
  const { db, readEvents, hints } = which === 0 ? log : elsewhere
  return readable(createEventFeed({ db, readEvents, hints, logger }))
}

/** The number of the next event that a subscriber is to get. */
function following({ logs }: Model, { log, types, cursor }: Subscriber): number | undefined {
  const place = logs[log]?.types.findIndex((type, n) => n >= cursor && types.includes(type)) ?? -1
  return place === -1 ? undefined : place + 1
}

const command = (
  text: string,
  run: Command['run'],
  check: (model: Readonly<Model>) => boolean = () => true,
): Command => ({ check, run, toString: () => text })

const append = (which: number, types: EventType[]) =>
  command(`append(${which}, ${types})`, async (model, real) => {
    const tenantId = real.tenantIds[which] as string
    for (const type of types) model.logs[which]?.types.push(type)
    // Every other one beside the feed's process, and all at once or one by one.
    const writer = types.length % 2 ? log : elsewhere
    const groups = types.every((type) => type === types[0]) ? [types] : types.map((type) => [type])
    for (const group of groups) {
      await writer.append(tenantId, group.length, { type: group[0] as EventType })
    }
    for (const [n, subscriber] of model.subscribers.entries()) {
      if (!subscriber?.waits || following(model, subscriber) === undefined) continue
      subscriber.waits = false
      await expectNext(model, real, n, real.waiting[n] as Next)
    }
  })

const subscribe = (n: number, which: number, feed: number, types: EventType[], share: number) =>
  command(`subscribe(${n}, ${which}, ${feed}, ${types}, ${share})`, async (model, real) => {
    await leave(model, real, n)
    const head = model.logs[which]?.types.length ?? 0
    const cursor = Math.round(head * share)
    model.subscribers[n] = { log: which, types, cursor, feed: undefined, waits: false }
    await begin(model, real, n, feed, share === 1 ? undefined : cursor)
  })

const resume = (n: number, feed: number) =>
  command(
    `resume(${n}, ${feed})`,
    async (model, real) => {
      await leave(model, real, n)
      await begin(model, real, n, feed, model.subscribers[n]?.cursor)
    },
    ({ subscribers }) => subscribers[n] !== undefined,
  )

const take = (n: number, count: number) =>
  command(
    `take(${n}, ${count})`,
    async (model, real) => {
      for (let left = count; left > 0; left -= 1) {
        const subscriber = model.subscribers[n]
        if (subscriber?.feed === undefined || following(model, subscriber) === undefined) return
        await expectNext(model, real, n, (real.readers[n] as AsyncIterator<LoggedEvent>).next())
      }
    },
    ({ subscribers }) => subscribers[n]?.feed !== undefined && !subscribers[n].waits,
  )

const wait = (n: number) =>
  command(
    `wait(${n})`,
    async ({ subscribers }, { readers, waiting }) => {
      const next = (readers[n] as AsyncIterator<LoggedEvent>).next()
      // It may be refused before anybody looks at it.
      next.catch(() => undefined)
      waiting[n] = next
      ;(subscribers[n] as Subscriber).waits = true
    },
    (model) => {
      const subscriber = model.subscribers[n]
      return (
        subscriber?.feed !== undefined &&
        !subscriber.waits &&
        following(model, subscriber) === undefined
      )
    },
  )

const drop = (n: number) => command(`drop(${n})`, (model, real) => leave(model, real, n))

const restart = (feed: number) =>
  command(`restart(${feed})`, async (model, real) => {
    await real.feeds[feed]?.close()
    for (const [n, subscriber] of model.subscribers.entries()) {
      if (subscriber?.feed === feed) await leave(model, real, n)
    }
    expect(real.feeds[feed]?.readers).toBe(0)
    real.feeds[feed] = openFeed(feed)
  })

const prune = (which: number, share: number) =>
  command(`prune(${which}, ${share})`, async ({ logs }, { tenantIds }) => {
    const pruned = logs[which] as Log
    const upTo = Math.floor(pruned.types.length * share)
    if (upTo <= pruned.pruned) return
    pruned.pruned = upTo
    await log.db.event.updateMany({
      where: { tenantId: tenantIds[which], sequence: { lte: BigInt(upTo) } },
      data: { occurredAt: new Date(Date.now() - eventRetention - 60_000) },
    })
    const { handle } = pruneEvents({ db: log.db, clock: systemClock })
    await handle({}, { signal: new AbortController().signal, logger })
  })

async function begin(model: Model, real: Real, n: number, feed: number, after?: number) {
  const subscriber = model.subscribers[n] as Subscriber
  const tenantId = real.tenantIds[subscriber.log] as string
  const reading = real.feeds[feed]?.read({
    tenantId,
    types: subscriber.types,
    after: after === undefined ? undefined : encodeCursor(tenantId, BigInt(after)),
  })
  if (after !== undefined && after < (model.logs[subscriber.log]?.pruned ?? 0)) {
    await expect(reading).rejects.toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } })
    model.subscribers[n] = undefined
  } else {
    real.readers[n] = await reading
    subscriber.feed = feed
  }
}

async function leave({ logs, subscribers }: Model, { readers, waiting }: Real, n: number) {
  const subscriber = subscribers[n]
  if (subscriber?.feed === undefined) return
  await readers[n]?.return?.()
  if (subscriber.waits) {
    // What it had not looked at yet, of other types, may have been pruned meanwhile.
    const mayBeTold = subscriber.cursor < (logs[subscriber.log]?.pruned ?? 0)
    const got = await waiting[n]?.catch((error) => error.extensions?.code ?? error)
    if (!(mayBeTold && got === 'CURSOR_EXPIRED')) {
      expect(got).toEqual({ value: undefined, done: true })
    }
  }
  expect(await readers[n]?.next()).toEqual({ value: undefined, done: true })
  subscriber.waits = false
  subscriber.feed = undefined
}

/** What an array would give; who is among the pruned may be told so instead, and then it is over. */
async function expectNext(model: Model, real: Real, n: number, next: Next) {
  const subscriber = model.subscribers[n] as Subscriber
  const log = model.logs[subscriber.log] as Log
  const expected = following(model, subscriber) as number
  const got = await next.catch((error) => error.extensions?.code ?? error)
  if (got === 'CURSOR_EXPIRED' && subscriber.cursor < log.pruned) {
    await leave(model, real, n)
    model.subscribers[n] = undefined
    return
  }
  expect(got).toMatchObject({
    done: false,
    value: {
      tenantId: real.tenantIds[subscriber.log],
      sequence: BigInt(expected),
      type: log.types[expected - 1],
    },
  })
  subscriber.cursor = expected
}

const n = fc.nat({ max: 2 })
// More often the same: what readers of one tail do to each other takes several of them.
const either = fc.constantFrom(0, 0, 0, 1)
const some = fc.subarray(kinds, { minLength: 1 })
const share = fc.constantFrom(0, 0.5, 0.9, 1)
const appending = fc
  .tuple(either, fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 }))
  .map((args) => append(...args))
const taking = fc.tuple(n, fc.integer({ min: 1, max: 12 })).map((args) => take(...args))

it('a subscriber gets what an array would give it, through drops, restarts, other instances and pruning', async () => {
  const commands = fc.commands<Model, Real, false>(
    [
      appending,
      appending,
      taking,
      taking,
      fc.tuple(n, either, either, some, share).map((args) => subscribe(...args)),
      fc.tuple(n, either).map((args) => resume(...args)),
      n.map(wait),
      n.map(drop),
      either.map(restart),
      fc.tuple(either, fc.constantFrom(0.3, 0.8)).map((args) => prune(...args)),
    ],
    { maxCommands: 60, size: 'max' },
  )
  // fast-check's own time limit would leave the run it interrupts to go on beside what comes after.
  const endsAt = performance.now() + 8_000
  await fc.assert(
    fc.asyncProperty(commands, async (cmds) => {
      if (performance.now() > endsAt) return
      const model: Model = {
        logs: [0, 1].map(() => ({ types: [], pruned: 0 })),
        subscribers: [],
      }
      const real: Real = {
        tenantIds: [await log.createTenant(), await log.createTenant()],
        feeds: [openFeed(0), openFeed(1)],
        readers: [],
        waiting: [],
      }
      try {
        await fc.asyncModelRun(() => ({ model, real }), cmds)
      } finally {
        for (const feed of real.feeds) await feed.close()
      }
    }),
    { numRuns: 150 },
  )
})
