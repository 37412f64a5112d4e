import type { Db } from '../db/client.ts'
import { topLevelError } from '../graphql/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { EventType, LoggedEvent } from './event.ts'
import type { Hints } from './hints.ts'
import { createPace, defaultPaceLimits, lookEveryMs, type PaceLimits } from './pace.ts'
import { createReader, cursorExpired, type Reader } from './reader.ts'
import { createTail, type Tail } from './tail.ts'

export type EventFeed = ReturnType<typeof createEventFeed>

const pollMs = 2_000

/** The reading side of the tenants' event logs: "read the log after a cursor, then stay with it". */
export function createEventFeed({
  db,
  hints,
  logger,
  pace = {},
}: {
  db: Db
  hints: Hints
  logger: Logger
  /** When a reader is too slow. */
  pace?: Partial<PaceLimits> | undefined
}) {
  const limits = { ...defaultPaceLimits, ...pace }
  // One tail a tenant with live readers in this process; nothing for all others.
  const tails = new Map<string, Tail>()
  const readers = new Set<Reader>()
  const stopListening = hints.listen(({ tenantId, sequence }) => {
    tails.get(tenantId)?.advance(sequence)
  })

  // The backstop for lost hints: ask where the logs of all live tenants are.
  const poll = setInterval(async () => {
    if (tails.size === 0) return
    try {
      const heads = await db.eventLog.findMany({ where: { tenantId: { in: [...tails.keys()] } } })
      for (const head of heads) tails.get(head.tenantId)?.advance(head.lastSequence)
    } catch (error) {
      logger.warn({ err: error }, 'Polling the event logs failed; trying again')
    }
  }, pollMs)
  poll.unref()

  // Who cannot keep up is told and let go, and holds no more of our memory.
  const look = setInterval(() => {
    for (const reader of readers) reader.look()
  }, lookEveryMs(limits))
  look.unref()

  function openTail(tenantId: string, head: bigint): Tail {
    const tail = tails.get(tenantId) ?? createTail({ db, tenantId, head })
    tails.set(tenantId, tail)
    tail.readers += 1
    tail.advance(head)
    return tail
  }

  function closeTail(tenantId: string, tail: Tail) {
    tail.readers -= 1
    if (tail.readers === 0) tails.delete(tenantId)
  }

  return {
    /** The cursor of the newest event of a tenant. */
    async head(tenantId: string): Promise<string> {
      const log = await db.eventLog.findUniqueOrThrow({ where: { tenantId } })
      return encodeCursor(tenantId, log.lastSequence)
    },

    /** How many subscribers this process has. */
    get readers(): number {
      return readers.size
    },

    /**
     * The tenant's events of some types after a cursor (from now on, if there is none): every one,
     * once, in order.
     *
     * @throws GraphQLError BAD_USER_INPUT for a cursor that is none, CURSOR_EXPIRED for one whose
     *   successors have been pruned, at the start or later; SLOW_CONSUMER when it cannot keep up.
     */
    async read(options: {
      tenantId: string
      types: readonly EventType[]
      after?: string | null | undefined
      /** Ends the reader when it fires; with its reason, if that is made for clients. */
      ended?: AbortSignal | undefined
    }): Promise<AsyncIterableIterator<LoggedEvent>> {
      const { tenantId, types } = options
      const log = await db.eventLog.findUniqueOrThrow({ where: { tenantId } })
      const start = options.after == null ? log.lastSequence : decodeCursor(tenantId, options.after)
      if (start === undefined || start > log.lastSequence) {
        throw topLevelError(
          'BAD_USER_INPUT',
          '`after` is not a cursor of this event log. Use the `cursor` of an event that you received, or leave it out.',
        )
      }
      if (start < log.prunedSequence) throw cursorExpired()

      const tail = openTail(tenantId, log.lastSequence)
      const end = () => reader.end(options.ended?.reason)
      const reader = createReader({
        tail,
        start,
        types: new Set(types),
        pace: createPace(limits),
        onSlow: (lag) => logger.warn({ tenantId, lag }, 'A subscriber cannot keep up; it is cut'),
        onEnd() {
          readers.delete(reader)
          closeTail(tenantId, tail)
          options.ended?.removeEventListener('abort', end)
        },
      })
      readers.add(reader)
      options.ended?.addEventListener('abort', end, { once: true })
      if (options.ended?.aborted) end()
      return reader
    },

    /** Ends all readers. */
    async close() {
      clearInterval(poll)
      clearInterval(look)
      stopListening()
      for (const reader of readers) await reader.return?.()
    },
  }
}
