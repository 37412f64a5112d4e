import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob, type JobContext } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import {
  type RingCentralError,
  RingCentralRefusedError,
  RingCentralUnauthorizedError,
  RingCentralUnavailableError,
} from '../ringcentral/errors.ts'
import { type Attempt, createAttempts, NothingToSendError } from './attempts.ts'
import { expireDue } from './expire.ts'
import { failNotConnected } from './fail-queued.ts'
import { explainRefusal, handOver } from './hand-over.ts'
import { sendMoreSmsJob, sendSmsJob } from './jobs.ts'
import { mayLeave } from './leaving.ts'
import { quietUntil } from './quiet.ts'
import {
  keepLane,
  type Lane,
  LaneLostError,
  pauseLane,
  releaseLane,
  restIsOver,
  takeLane,
  wakeLane,
} from './send-lane.ts'
import { moveStatus, statusFromRingCentral } from './status.ts'
import { watchDeliveries } from './watch-deliveries.ts'

/** RingCentral cannot be reached: how long a lane rests, if nobody says otherwise. */
const usualRest = seconds(10)
/** "Try later", said of one message: so often, before those behind it have their turn. */
const putOff = 'MSG-290'
const putOffAtMost = 5
/** Then the worker goes to the next extension, and this one comes again after those that have waited. */
const messagesInOneGo = 5

type Deps = {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  settleMs: number
  restMs?: number | undefined
  clock: Clock
  logger: Logger
}

type Work = (payload: { extensionRowId: string }, context: JobContext) => Promise<void>

/** How a lane was left: with nothing in it, for its next turn, to rest for a time, or until something else wakes it. */
type Left = 'empty' | 'turn over' | 'resting' | 'closed'

/**
 * Sends what waits in an extension's lane, oldest first, one at a time.
 *
 * A job is only a wake-up: the messages themselves say what is to be done. If the lane is taken, its
 * holder looks once more when leaving it, so nothing that was committed before stays behind.
 */
export const sendSms = (deps: Deps) => {
  const { db, eventLog, queue, access, restMs = usualRest, clock, logger } = deps
  const attempts = createAttempts(deps)

  const sendWaiting: Work = async ({ extensionRowId }, { signal }) => {
    const lane = await takeLane(db, extensionRowId)
    if (!lane) return
    let left: Left = 'closed'
    try {
      using _ = keepLane(db, lane)
      await attempts.closeInterrupted(lane)
      left = await drain(lane, signal)
    } catch (error) {
      if (!(error instanceof LaneLostError)) throw error
    } finally {
      await leave(lane, left)
    }
  }
  return [implementJob(sendSmsJob, sendWaiting), implementJob(sendMoreSmsJob, sendWaiting)]

  /**
   * Lets go of the lane, and looks once more, in one transaction: whoever adds to the lane either has
   * committed and is seen, or waits for the lane's row and then finds that it has to be woken.
   */
  async function leave(lane: Lane, left: Left) {
    const { extensionRowId } = lane
    await inTransaction(db, async (tx) => {
      const wasOurs = await releaseLane(tx, lane)
      // One that is closed has somebody else who wakes it. So has one that rests; but a short rest may be over by
      // now, and who came to end it has found the lane taken.
      if (!wasOurs || left === 'closed' || !(await nextMessage(tx, extensionRowId))) return
      if (left === 'resting' && !(await restIsOver(tx, extensionRowId))) return
      await wakeLane(tx, queue, extensionRowId, { turn: 'another' })
    })
  }

  /** In the order in which they were to be sent: one for tomorrow does not overtake what waits by then. */
  async function nextMessage(from: Db | Tx, extensionRowId: string): Promise<Message | null> {
    const [next] = await from.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "Message" AS message
      WHERE "extensionRowId" = ${extensionRowId} AND "direction" = 'OUTBOUND'
        AND "status" IN ('QUEUED', 'SENDING') AND ("status" = 'QUEUED' OR "mayRetry")
        AND coalesce("sendAt" <= ${clock.now()}, true)
        -- What a suspended tenant has accepted waits until it is resumed.
        AND EXISTS (SELECT FROM "Tenant" WHERE "id" = message."tenantId" AND "status" = 'ACTIVE')
      ORDER BY GREATEST("createdAt", "sendAt"), "id" LIMIT 1`
    return next ? from.message.findUnique({ where: { id: next.id } }) : null
  }

  async function drain(lane: Lane, signal: AbortSignal): Promise<Left> {
    for (let sent = 0; ; sent += 1) {
      const message = await nextMessage(db, lane.extensionRowId)
      if (!message) return 'empty'
      if (signal.aborted || sent >= messagesInOneGo) return 'turn over'
      if (message.expiresAt && message.expiresAt <= clock.now()) {
        await eventLog.transaction((tx, record) =>
          expireDue(tx, record, { id: message.id }, clock.now()),
        )
        continue
      }
      // Before it takes from the budget: thousands may have to wait for the morning.
      if (await quietUntil(db, { clock }, message, clock.now())) {
        await eventLog.transaction(async (tx, record) => {
          await mayLeave(tx, record, { queue, clock }, message.id)
        })
        continue
      }
      const left = await send(lane, message)
      if (left) return left
    }
  }

  /** @returns how the lane is left, if it may not go on */
  async function send(lane: Lane, message: Message): Promise<Left | undefined> {
    const attempt = attempts.of(lane, message)
    try {
      const accepted = await access.call(lane.extensionRowId, (api) => handOver(api, message), {
        beforeRequest: attempt.begin,
      })
      await eventLog.transaction(async (tx, record) => {
        await attempt.finish(tx, record, { outcome: 'ACCEPTED', rcRequestId: accepted.requestId })
        await moveStatus(tx, record, message.id, {
          ...statusFromRingCentral(accepted.status, undefined),
          rcMessageId: accepted.id,
          rcConversationId: accepted.conversationId ?? null,
        })
        await watchDeliveries(tx, { queue, clock }, message)
      })
      return undefined
    } catch (error) {
      if (error instanceof LaneLostError) throw error
      if (error instanceof NothingToSendError) return undefined
      const refusal = await finalRefusal(message, error)
      if (refusal) {
        await eventLog.transaction(async (tx, record) => {
          await attempt.finish(tx, record, { outcome: 'REFUSED', error: refusal })
          await moveStatus(tx, record, message.id, {
            to: 'SENDING_FAILED',
            errorCode: refusal.code ?? `HTTP_${refusal.status}`,
            errorMessage: explainRefusal(message, refusal),
          })
        })
        return undefined
      }
      if (error instanceof NotConnectedError) return notConnected(lane, attempt)
      if (isTemporary(error)) {
        const until =
          error instanceof RetryLaterError
            ? error.retryAt
            : after(clock.now(), error.retryAfterMs ?? restMs)
        await eventLog.transaction(async (tx, record) => {
          await attempt.finish(tx, record, { outcome: 'REFUSED', error })
          const { extensionRowId } = lane
          await pauseLane(tx, extensionRowId, { at: clock.now(), until, reason: reasonOf(error) })
          await queue.send(tx, sendSmsJob, { extensionRowId }, { startAfter: until })
        })
        return 'resting'
      }
      // A timeout, a cut connection, an answer that settles nothing, a fault of our own after the
      // request left: RingCentral may have the message. reconcileSending looks before anyone retries.
      logger.warn({ err: error, messageId: message.id }, 'Sending a message is in doubt')
      if (!attempt.begun) throw error
      await attempt.doubt(error)
      return undefined
    }
  }

  /** RingCentral's no to this message, if the error is one. */
  async function finalRefusal(
    message: Message,
    error: unknown,
  ): Promise<RingCentralError | undefined> {
    if (error instanceof RingCentralRefusedError) return error
    if (!(error instanceof RingCentralUnavailableError) || error.code !== putOff) return undefined
    const before = await db.messageAttempt.count({
      where: { messageId: message.id, outcome: 'REFUSED', errorCode: putOff },
    })
    return before + 1 >= putOffAtMost ? error : undefined
  }

  /** Disconnected: what waits fails. Revoked at RingCentral: it waits for the user to come back. */
  async function notConnected(lane: Lane, attempt: Attempt): Promise<Left> {
    await eventLog.transaction(async (tx, record) => {
      // Begun all the same: then its token was refused, and RingCentral does not have the message.
      await attempt.finish(tx, record, { outcome: 'REFUSED' })
      const extension = await tx.extension.findUnique({ where: { id: lane.extensionRowId } })
      if (extension?.disconnectedAt) return failNotConnected(tx, record, [lane.extensionRowId])
      const reason = 'RingCentral ended the grant: waiting for the extension to be connected again'
      await pauseLane(tx, lane.extensionRowId, { at: clock.now(), until: null, reason })
    })
    return 'closed'
  }
}

/** Why nothing leaves for a while, for a person. */
function reasonOf(error: RetryLaterError | RingCentralError): string {
  if (error instanceof RetryLaterError) return error.reason
  return `RingCentral says to come back later, or cannot be reached (${error.code ?? error.reason ?? error.status})`
}

/** RingCentral does not have the message, and may take it later. */
function isTemporary(
  error: unknown,
): error is RetryLaterError | RingCentralUnavailableError | RingCentralUnauthorizedError {
  return (
    error instanceof RetryLaterError ||
    error instanceof RingCentralUnavailableError ||
    // Also the token that was just renewed: not the message's fault, and it was not taken.
    error instanceof RingCentralUnauthorizedError
  )
}
