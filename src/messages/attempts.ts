import type { Db, Tx } from '../db/client.ts'
import type { AttemptOutcome, Message, MessageAttempt } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import type { Budget } from '../extensions/access.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { RingCentralError } from '../ringcentral/errors.ts'
import { type BegunPlain, beginPlain } from './begin-plain.ts'
import { reconcileSendingJob } from './jobs.ts'
import { allMayLeave } from './leaving.ts'
import { holdLane, type Lane, LaneLostError, sendWithinMs, wakeLane } from './send-lane.ts'
import { moveStatuses, takeBack } from './status.ts'
import type { Way } from './way.ts'

type Deps = {
  db: Db
  readRows: ReadRows
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  settleMs: number
  clock: Clock
}

/** A message was expired, taken back or put off, or its extension disconnected, right before it would have been sent. */
export class NothingToSendError extends Error {
  override name = 'NothingToSendError'
}

/** `rcRequestId`: RingCentral's id of the exchange; an error brings its own. `errorCode` is told instead of an error's. */
type AttemptEnd = {
  outcome: AttemptOutcome
  rcRequestId?: string | undefined
  error?: unknown
  errorCode?: string
}

export type Attempt = ReturnType<ReturnType<typeof createAttempts>['of']>

/**
 * Attempts to hand messages to RingCentral, each written before its request leaves. Without that row
 * a crash during the request could not be told from one before it.
 */
export function createAttempts({ db, readRows, eventLog, queue, settleMs, clock }: Deps) {
  /** Of those that left in one request, one is looked for, and the others with it. */
  const doubt = async (tx: Tx, attempts: readonly MessageAttempt[], facts: object) => {
    const [first] = attempts
    if (!first) return
    const { messageId } = first
    await tx.messageAttempt.updateMany({
      where: { id: { in: attempts.map(({ id }) => id) } },
      data: { outcome: 'IN_DOUBT', finishedAt: clock.now(), ...facts },
    })
    const startAfter = after(clock.now(), settleMs)
    const payload = { messageId, look: 0 }
    await queue.send(tx, reconcileSendingJob, payload, { startAfter, singletonKey: messageId })
  }

  return {
    /** `messages`: what leaves in one request. */
    of(lane: Lane, { highVolume }: Pick<Way, 'highVolume'>, messages: readonly Message[]) {
      let begun: MessageAttempt[] = []
      /** Begun together with the use of its budget, for the request that is about to leave. */
      let plain: BegunPlain | undefined
      let checkedAt = 0
      const finish = async (
        tx: Tx,
        record: RecordEvent,
        end: AttemptEnd,
        some: readonly Pick<Message, 'id'>[] = messages,
      ) => {
        const ids = some.map(({ id }) => id)
        const ended = begun.filter(({ messageId }) => ids.includes(messageId))
        if (ended.length === 0) return
        await tx.messageAttempt.updateMany({
          where: { id: { in: ended.map(({ id }) => id) } },
          data: {
            outcome: end.outcome,
            finishedAt: clock.now(),
            rcRequestId: end.rcRequestId ?? null,
            ...factsOf(end.error),
            ...(end.errorCode && { errorCode: end.errorCode }),
          },
        })
        if (end.outcome === 'REFUSED') {
          const refused = await tx.message.updateManyAndReturn({
            where: { id: { in: ids }, status: 'SENDING' },
            data: { mayRetry: true },
          })
          for (const message of refused) {
            if (message.cancelRequestedAt) await takeBack(tx, record, message.id)
          }
        }
      }
      const beginStepByStep = () =>
        eventLog.transaction(async (tx, record) => {
          await holdLane(tx, lane)
          // A request that was refused for its token is followed by another one.
          await finish(tx, record, { outcome: 'REFUSED' })
          if (!(await allMayLeave(tx, record, { queue, clock }, messages))) return []
          const attempts = await write(tx, messages)
          const ids = messages.map(({ id }) => id)
          const data = { mayRetry: false, highVolume }
          await tx.message.updateMany({ where: { id: { in: ids } }, data })
          await moveStatuses(tx, record, ids, { to: 'SENDING' })
          return attempts
        })
      return {
        get begun() {
          return begun.length > 0
        },

        /** Takes the use of the budget that the first request needs, and begins with it; undefined: neither. */
        beginWithin: async (budget: Budget) => {
          if (begun.length > 0) return undefined
          checkedAt = performance.now()
          plain = await beginPlain(
            { readRows, eventLog, clock },
            lane,
            highVolume,
            messages,
            budget,
          )
          begun = plain?.attempts ?? []
          return plain?.taken
        },

        /**
         * Called right before each request leaves.
         *
         * @throws LaneLostError when somebody else sends for this extension now, NothingToSendError when
         *   one of the messages may not leave (any more): then the request must not leave
         */
        begin: async () => {
          if (plain) plain = undefined
          else {
            checkedAt = performance.now()
            const beginning = await beginStepByStep()
            if (beginning.length === 0) throw new NothingToSendError()
            // Only now: if the commit failed, no request leaves, and there is nothing to doubt.
            begun = beginning
          }
          if (performance.now() - checkedAt < sendWithinMs) return
          // Paused in between: somebody else may be sending by now, but this request has not left.
          await eventLog.transaction(async (tx, record) => {
            await finish(tx, record, { outcome: 'REFUSED' })
            await wakeLane(tx, queue, lane.extensionRowId)
          })
          throw new LaneLostError()
        },

        finish,

        doubt: (error: unknown) => inTransaction(db, (tx) => doubt(tx, begun, factsOf(error))),
      }
    },

    /** Attempts that a process left behind when it died: nobody else can be in the lane now. */
    async closeInterrupted(lane: Lane) {
      const open = await db.$queryRaw<(MessageAttempt & { highVolume: boolean })[]>`
        SELECT attempt.*, message."highVolume" FROM "Message" AS message
        JOIN "MessageAttempt" AS attempt ON attempt."messageId" = message."id" AND attempt."outcome" IS NULL
        WHERE message."extensionRowId" = ${lane.extensionRowId} AND message."status" = 'SENDING'
        ORDER BY attempt."startedAt", attempt."id"`
      const requests = Map.groupBy(open, ({ id, startedAt, highVolume }) =>
        highVolume ? startedAt.getTime() : id,
      )
      for (const attempts of requests.values()) {
        await inTransaction(db, async (tx) => {
          await holdLane(tx, lane)
          await doubt(tx, attempts, { errorCode: 'INTERRUPTED' })
        })
      }
    },
  }

  async function write(tx: Tx, messages: readonly Message[]): Promise<MessageAttempt[]> {
    const messageId = { in: messages.map(({ id }) => id) }
    const before = await tx.messageAttempt.groupBy({
      by: ['messageId'],
      where: { messageId },
      _count: true,
    })
    const startedAt = clock.now()
    return tx.messageAttempt.createManyAndReturn({
      data: messages.map(({ id, tenantId }) => ({
        id: createId('MessageAttempt'),
        tenantId,
        messageId: id,
        number: 1 + (before.find((one) => one.messageId === id)?._count ?? 0),
        startedAt,
      })),
    })
  }
}

function factsOf(given: unknown) {
  // What closed the group tells its code.
  const error = given instanceof RetryLaterError ? given.cause : given
  if (!(error instanceof RingCentralError)) return {}
  return { errorCode: error.code ?? error.reason ?? null, rcRequestId: error.requestId ?? null }
}
