import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { RingCentralRefusedError, RingCentralUnavailableError } from '../ringcentral/errors.ts'
import { explainSendingError } from '../ringcentral/sms-errors.ts'
import { createAttempts } from './attempts.ts'
import { failNotConnected } from './fail-queued.ts'
import { sendSmsJob, watchDeliveryJob } from './jobs.ts'
import { type Lane, LaneLostError, leaveLane, pauseLane, takeLane } from './send-lane.ts'
import { moveStatus, statusFromRingCentral } from './status.ts'
import { firstLookAt } from './watch-delivery.ts'

/** RingCentral cannot be reached: how long a lane rests. */
const restWhenUnavailable = seconds(10)
/** Then the worker goes to the next extension, and this one comes again at the end of the queue. */
const messagesInOneGo = 20

type Deps = {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  settleMs: number
  clock: Clock
  logger: Logger
}

/**
 * Sends what waits in an extension's lane, oldest first, one at a time.
 *
 * A job is only a wake-up: the messages themselves say what is to be done. If the lane is taken, the
 * one who holds it looks once more after leaving it, so nothing that was committed before stays behind.
 */
export const sendSms = (deps: Deps) => {
  const { db, eventLog, queue, access, clock, logger } = deps
  const attempts = createAttempts(deps)

  return implementJob(sendSmsJob, async ({ extensionRowId }, { signal }) => {
    do {
      const lane = await takeLane(db, extensionRowId)
      if (!lane) return
      try {
        await attempts.closeInterrupted(lane)
        const finished = await drain(lane, signal)
        if (!finished) return
      } catch (error) {
        if (error instanceof LaneLostError) return
        throw error
      } finally {
        await leaveLane(db, lane)
      }
    } while (await nextMessage(extensionRowId))
  })

  function nextMessage(extensionRowId: string) {
    return db.message.findFirst({
      where: {
        extensionRowId,
        direction: 'OUTBOUND',
        // What a suspended tenant has accepted waits until it is resumed.
        tenant: { status: 'ACTIVE' },
        OR: [{ status: 'QUEUED' }, { status: 'SENDING', mayRetry: true }],
      },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    })
  }

  /** @returns whether the lane is empty; if not, something has been arranged for the rest */
  async function drain(lane: Lane, signal: AbortSignal): Promise<boolean> {
    for (let sent = 0; ; sent += 1) {
      const message = await nextMessage(lane.extensionRowId)
      if (!message) return true
      if (signal.aborted || sent >= messagesInOneGo) {
        await inTransaction(db, (tx) => queue.send(tx, sendSmsJob, lanePayload(lane)))
        return false
      }
      if (!(await send(lane, message))) return false
    }
  }

  /** @returns whether the lane may go on */
  async function send(lane: Lane, message: Message): Promise<boolean> {
    const attempt = attempts.of(lane, message)
    try {
      const { from, to, text } = message
      const accepted = await access.call(
        lane.extensionRowId,
        (api) => api.messages.sendSms({ from, to, text }),
        attempt.begin,
      )
      await eventLog.transaction(async (tx, record) => {
        await attempt.finish(tx, { outcome: 'ACCEPTED' })
        await moveStatus(tx, record, message.id, {
          ...statusFromRingCentral(accepted.status, undefined),
          rcMessageId: accepted.id,
          rcConversationId: accepted.conversationId ?? null,
        })
        const startAfter = firstLookAt(clock.now())
        await queue.send(tx, watchDeliveryJob, { messageId: message.id, look: 0 }, { startAfter })
      })
      return true
    } catch (error) {
      if (error instanceof LaneLostError) throw error
      if (error instanceof RingCentralRefusedError) {
        await eventLog.transaction(async (tx, record) => {
          const code = error.code ?? `HTTP_${error.status}`
          const { message: what, advice } = explainSendingError(error.code)
          await attempt.finish(tx, { outcome: 'REFUSED', error })
          await moveStatus(tx, record, message.id, {
            to: 'SENDING_FAILED',
            errorCode: code,
            errorMessage: `${what} ${advice}`.trim(),
          })
        })
        return true
      }
      if (error instanceof NotConnectedError) return notConnected(lane)
      if (error instanceof RetryLaterError || error instanceof RingCentralUnavailableError) {
        const until =
          error instanceof RetryLaterError
            ? error.retryAt
            : after(clock.now(), error.retryAfterMs ?? restWhenUnavailable)
        await inTransaction(db, async (tx) => {
          await attempt.finish(tx, { outcome: 'REFUSED', error })
          await pauseLane(tx, lane.extensionRowId, until)
          await queue.send(tx, sendSmsJob, lanePayload(lane), { startAfter: until })
        })
        return false
      }
      // A timeout, a cut connection, an answer that settles nothing, a fault of our own after the
      // request left: RingCentral may have the message. reconcileSending looks before anyone retries.
      logger.warn({ err: error, messageId: message.id }, 'Sending a message is in doubt')
      if (!attempt.begun) throw error
      await attempt.doubt(error)
      return true
    }
  }

  /** Disconnected: what waits fails. Revoked at RingCentral: it waits for the user to come back. */
  async function notConnected(lane: Lane): Promise<boolean> {
    await eventLog.transaction(async (tx, record) => {
      const extension = await tx.extension.findUnique({ where: { id: lane.extensionRowId } })
      if (extension?.disconnectedAt) await failNotConnected(tx, record, [lane.extensionRowId])
    })
    return false
  }
}

const lanePayload = ({ extensionRowId }: Lane) => ({ extensionRowId })
