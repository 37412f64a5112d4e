import type { Db } from '../db/client.ts'
import type { Logger } from '../lib/logger.ts'
import { shareQuestions } from '../lib/share-questions.ts'
import type { Audience } from './audience.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Hints } from './hints.ts'
import { createLive, type Live } from './live.ts'
import { defaultPaceLimits, lookEveryMs, Pace, type PaceLimits } from './pace.ts'
import type { ReadEvents } from './read-events.ts'
import type { Sink } from './sink.ts'
import { cursorExpired, noCursor } from './stream-errors.ts'
import { Subscriber } from './subscriber.ts'
import { createReaders, createTail, type Tail } from './tail.ts'
import type { AnyWanted } from './wanted.ts'

export type EventFeed = ReturnType<typeof createEventFeed>

/** A log with subscribers in this process, or some that are about to be. */
type OpenLog = { tail: Tail; live: Live; holders: number }

const pollMs = 2_000

/** The reading side of the tenants' event logs: "read the log after a cursor, then stay with it". */
export function createEventFeed({
  db,
  readEvents,
  hints,
  logger,
  pace = {},
}: {
  db: Db
  readEvents: ReadEvents
  hints: Hints
  logger: Logger
  /** When a subscriber is too slow. */
  pace?: Partial<PaceLimits> | undefined
}) {
  const limits = { ...defaultPaceLimits, ...pace }
  // One a tenant with subscribers in this process; nothing for all others.
  const logs = new Map<string, OpenLog>()
  const readers = createReaders()
  // biome-ignore lint/suspicious/noExplicitAny: each has a sink for what it is shown
  const subscribers = new Set<Subscriber<any>>()
  const stopListening = hints.listen(({ tenantId, sequence }) => advance(tenantId, sequence))

  function advance(tenantId: string, sequence: bigint) {
    const log = logs.get(tenantId)
    log?.tail.advance(sequence)
    void log?.live.tell()
  }

  // The backstop for lost hints: ask where the logs of all live tenants are.
  const poll = setInterval(async () => {
    if (logs.size === 0) return
    try {
      const heads = await db.eventLog.findMany({ where: { tenantId: { in: [...logs.keys()] } } })
      for (const { tenantId, lastSequence } of heads) advance(tenantId, lastSequence)
    } catch (error) {
      logger.warn({ err: error }, 'Polling the event logs failed; trying again')
    }
  }, pollMs)
  poll.unref()

  // Who cannot keep up is told and let go, and holds no more of our memory.
  const look = setInterval(() => {
    for (const subscriber of subscribers) subscriber.look()
  }, lookEveryMs(limits))
  look.unref()

  /** As long as somebody holds a log, hints are heard. */
  function hold(tenantId: string): OpenLog {
    let log = logs.get(tenantId)
    if (!log) {
      const tail = createTail({ readEvents, readers, tenantId, head: 0n })
      log = { tail, live: createLive(tail), holders: 0 }
      logs.set(tenantId, log)
    }
    log.holders += 1
    return log
  }

  function letGo(tenantId: string, log: OpenLog) {
    log.holders -= 1
    if (log.holders === 0) logs.delete(tenantId)
  }

  const endsOf = shareQuestions((tenantId) =>
    db.eventLog.findUniqueOrThrow({ where: { tenantId } }),
  )

  return {
    /** The cursor of the newest event of a tenant. */
    async head(tenantId: string): Promise<string> {
      const log = await db.eventLog.findUniqueOrThrow({ where: { tenantId } })
      return encodeCursor(tenantId, log.lastSequence)
    },

    /** How many subscribers this process has. */
    get readers(): number {
      return subscribers.size
    },

    /**
     * Finds the place in a tenant's log that a cursor names; without a cursor, its end.
     *
     * @throws GraphQLError BAD_USER_INPUT for a cursor that is none, CURSOR_EXPIRED for one whose
     *   successors have been pruned
     */
    async find(tenantId: string, after: string | null | undefined): Promise<Place> {
      // A hint of what happens while it is looked for would otherwise find nobody.
      const log = hold(tenantId)
      try {
        const { lastSequence, prunedSequence } = await endsOf(tenantId)
        const start = after == null ? lastSequence : decodeCursor(tenantId, after)
        if (start === undefined || start > lastSequence) throw noCursor()
        if (start < prunedSequence) throw cursorExpired()
        const { head } = log.tail
        return { tenantId, start, head: head > lastSequence ? head : lastSequence }
      } finally {
        letGo(tenantId, log)
      }
    },

    /**
     * Has somebody hear of the events that they want from a place on: every one, once, in order. The sink is told of
     * the end: CURSOR_EXPIRED when what comes next has been pruned, SLOW_CONSUMER when it does not take what
     * comes; nothing when it was ended.
     */
    open<Item>({
      place: { tenantId, start, head },
      ...theirs
    }: {
      place: Place
      wanted: AnyWanted
      audience: Audience<Item>
      sink: Sink<Item>
      /** Ends it when it fires; with its reason, if that is made for clients. */
      ended?: AbortSignal | undefined
    }): Subscriber<Item> {
      const log = hold(tenantId)
      advance(tenantId, head)
      const subscriber: Subscriber<Item> = new Subscriber({
        ...log,
        ...theirs,
        ended: theirs.ended,
        start,
        pace: new Pace(limits),
        onSlow: (lag) => logger.warn({ tenantId, lag }, 'A subscriber cannot keep up; it is cut'),
        onEnd() {
          subscribers.delete(subscriber)
          letGo(tenantId, log)
        },
      })
      subscribers.add(subscriber)
      subscriber.begin()
      return subscriber
    },

    /** Ends all subscribers. */
    async close() {
      clearInterval(poll)
      clearInterval(look)
      stopListening()
      for (const subscriber of subscribers) subscriber.end()
    },
  }
}

/** A place in a tenant's log, and where the log ended when it was found. */
export type Place = { tenantId: string; start: bigint; head: bigint }
