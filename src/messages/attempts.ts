import type { Db, Tx } from '../db/client.ts'
import type { AttemptOutcome, Message } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { RingCentralError } from '../ringcentral/errors.ts'
import { reconcileSendingJob } from './jobs.ts'
import { mayLeave } from './leaving.ts'
import { holdLane, type Lane, LaneLostError, sendWithinMs, wakeLane } from './send-lane.ts'
import { moveStatus, takeBack } from './status.ts'

type Deps = {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  settleMs: number
  clock: Clock
}

/** The message was expired, taken back or put off, or its extension disconnected, right before it would have been sent. */
export class NothingToSendError extends Error {
  override name = 'NothingToSendError'
}

/** `rcRequestId`: RingCentral's id of the exchange; an error brings its own. */
type AttemptEnd = { outcome: AttemptOutcome; rcRequestId?: string | undefined; error?: unknown }

export type Attempt = ReturnType<ReturnType<typeof createAttempts>['of']>

/**
 * Attempts to hand a message to RingCentral, each written before its request leaves. Without that row
 * a crash during the request could not be told from one before it.
 */
export function createAttempts({ db, eventLog, queue, settleMs, clock }: Deps) {
  const doubt = async (tx: Tx, messageId: string, attemptId: string, facts: object) => {
    await tx.messageAttempt.update({
      where: { id: attemptId },
      data: { outcome: 'IN_DOUBT', finishedAt: clock.now(), ...facts },
    })
    const startAfter = after(clock.now(), settleMs)
    const payload = { messageId, look: 0 }
    await queue.send(tx, reconcileSendingJob, payload, { startAfter, singletonKey: messageId })
  }

  return {
    of(lane: Lane, message: Message) {
      let attemptId: string | undefined
      const finish = async (tx: Tx, record: RecordEvent, end: AttemptEnd) => {
        if (!attemptId) return
        await tx.messageAttempt.update({
          where: { id: attemptId },
          data: {
            outcome: end.outcome,
            finishedAt: clock.now(),
            rcRequestId: end.rcRequestId ?? null,
            ...factsOf(end.error),
          },
        })
        if (end.outcome === 'REFUSED') {
          const [refused] = await tx.message.updateManyAndReturn({
            where: { id: message.id, status: 'SENDING' },
            data: { mayRetry: true },
          })
          if (refused?.cancelRequestedAt) await takeBack(tx, record, refused.id)
        }
      }
      return {
        get begun() {
          return attemptId !== undefined
        },

        /**
         * Called right before each request leaves.
         *
         * @throws LaneLostError when somebody else sends for this extension now, NothingToSendError when
         *   the message may not leave (any more): then the request must not leave
         */
        begin: async () => {
          const id = createId('MessageAttempt')
          const checkedAt = performance.now()
          const leaves = await eventLog.transaction(async (tx, record) => {
            await holdLane(tx, lane)
            // A request that was refused for its token is followed by another one.
            await finish(tx, record, { outcome: 'REFUSED' })
            if (!(await mayLeave(tx, record, { queue, clock }, message.id))) return false
            const number = 1 + (await tx.messageAttempt.count({ where: { messageId: message.id } }))
            await tx.messageAttempt.create({
              data: {
                id,
                tenantId: message.tenantId,
                messageId: message.id,
                number,
                startedAt: clock.now(),
              },
            })
            await tx.message.update({ where: { id: message.id }, data: { mayRetry: false } })
            await moveStatus(tx, record, message.id, { to: 'SENDING' })
            return true
          })
          if (!leaves) throw new NothingToSendError()
          // Only now: if the commit failed, no request leaves, and there is nothing to doubt.
          attemptId = id
          if (performance.now() - checkedAt < sendWithinMs) return
          // Paused in between: somebody else may be sending by now, but this request has not left.
          await eventLog.transaction(async (tx, record) => {
            await finish(tx, record, { outcome: 'REFUSED' })
            await wakeLane(tx, queue, lane.extensionRowId)
          })
          throw new LaneLostError()
        },

        finish,

        doubt: (error: unknown) =>
          inTransaction(db, async (tx) => {
            if (attemptId) await doubt(tx, message.id, attemptId, factsOf(error))
          }),
      }
    },

    /** Attempts that a process left behind when it died: nobody else can be in the lane now. */
    async closeInterrupted(lane: Lane) {
      const open = await db.messageAttempt.findMany({
        where: {
          outcome: null,
          message: { extensionRowId: lane.extensionRowId, status: 'SENDING' },
        },
      })
      for (const { id, messageId } of open) {
        await inTransaction(db, async (tx) => {
          await holdLane(tx, lane)
          await doubt(tx, messageId, id, { errorCode: 'INTERRUPTED' })
        })
      }
    },
  }
}

function factsOf(given: unknown) {
  // What closed the group tells its code.
  const error = given instanceof RetryLaterError ? given.cause : given
  if (!(error instanceof RingCentralError)) return {}
  return { errorCode: error.code ?? error.reason ?? null, rcRequestId: error.requestId ?? null }
}
