import type { Db } from '../db/client.ts'
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
import type { MediaStore } from '../media/store.ts'
import {
  type RingCentralError,
  RingCentralRefusedError,
  RingCentralUnauthorizedError,
  RingCentralUnavailableError,
} from '../ringcentral/errors.ts'
import { type Attempt, createAttempts, NothingToSendError } from './attempts.ts'
import { batchPace } from './batch-pace.ts'
import { expireDue } from './expire.ts'
import { failNotConnected } from './fail-queued.ts'
import { explainRefusal, handOver } from './hand-over.ts'
import { sendMoreSmsJob, sendSmsJob } from './jobs.ts'
import type { LaneAlarms } from './lane-alarms.ts'
import { mayLeave } from './leaving.ts'
import { nextMessage } from './next-message.ts'
import { AttachmentLostError, filesOf } from './outbound-media.ts'
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
  alarms: LaneAlarms
  store: MediaStore
  settleMs: number
  restMs?: number | undefined
  clock: Clock
  logger: Logger
}

type Work = (payload: { extensionRowId: string }, context: JobContext) => Promise<void>

/**
 * How a lane was left: with nothing in it, for its next turn, to rest for a time, until something else wakes it,
 * or with nothing but texts of batches, which rest until that moment.
 */
type Left = 'empty' | 'turn over' | 'resting' | 'closed' | Date
/** What became of one message: it is dealt with, or how the lane is to be left; a moment: by batches alone. */
type Sent = 'done' | 'resting' | 'closed' | Date

/**
 * Sends what waits in an extension's lane, oldest first, one at a time.
 *
 * A job is only a wake-up: the messages themselves say what is to be done. If the lane is taken, its
 * holder looks once more when leaving it, so nothing that was committed before stays behind.
 */
export const sendSms = (deps: Deps) => {
  const { db, eventLog, queue, access, alarms, store, restMs = usualRest, clock, logger } = deps
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
      if (!wasOurs || left === 'closed') return
      if (left === 'resting' && !(await restIsOver(tx, extensionRowId))) return
      const batches = !(left instanceof Date)
      if (!(await nextMessage(tx, { extensionRowId, now: clock.now(), batches }))) return
      await wakeLane(tx, queue, extensionRowId, { turn: batches ? 'another' : 'first' })
    })
    if (left instanceof Date) alarms.wakeAt(extensionRowId, left, { turn: 'another' })
  }

  async function drain(lane: Lane, signal: AbortSignal): Promise<Left> {
    const { extensionRowId } = lane
    let batchesRestUntil: Date | undefined
    for (let sent = 0; ; sent += 1) {
      const batches = !batchesRestUntil
      const message = await nextMessage(db, { extensionRowId, now: clock.now(), batches })
      if (!message) return batchesRestUntil ?? 'empty'
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
      const outcome = await send(lane, message)
      if (outcome === 'resting' || outcome === 'closed') return outcome
      if (outcome instanceof Date) batchesRestUntil = outcome
    }
  }

  async function send(lane: Lane, message: Message): Promise<Sent> {
    const attempt = attempts.of(lane, message)
    try {
      const files = await filesOf({ db, store, clock, restMs }, message)
      const accepted = await access.call(
        lane.extensionRowId,
        (api) => handOver(api, message, files),
        { beforeRequest: attempt.begin, ...(message.batchId !== null && batchPace) },
      )
      await eventLog.transaction(async (tx, record) => {
        await attempt.finish(tx, record, { outcome: 'ACCEPTED', rcRequestId: accepted.requestId })
        await moveStatus(tx, record, message.id, {
          ...statusFromRingCentral(accepted.status, undefined),
          rcMessageId: accepted.id,
          rcConversationId: accepted.conversationId ?? null,
        })
        await watchDeliveries(tx, { queue, clock }, message)
      })
      return 'done'
    } catch (error) {
      if (error instanceof LaneLostError) throw error
      if (error instanceof NothingToSendError) return 'done'
      if (error instanceof AttachmentLostError) {
        await eventLog.transaction((tx, record) =>
          moveStatus(tx, record, message.id, { to: 'SENDING_FAILED', ...lostAttachment }),
        )
        return 'done'
      }
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
        return 'done'
      }
      if (error instanceof NotConnectedError) {
        await notConnected(lane, attempt)
        return 'resting'
      }
      // Its pace, and not yet RingCentral's: those who send by themselves may go on.
      const outOfTurn = message.batchId !== null && !attempt.begun
      if (outOfTurn && error instanceof RetryLaterError) return error.retryAt
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
        alarms.wakeAt(lane.extensionRowId, until, { turn: 'first' })
        return 'resting'
      }
      // A timeout, a cut connection, an answer that settles nothing, a fault of our own after the
      // request left: RingCentral may have the message. reconcileSending looks before anyone retries.
      logger.warn({ err: error, messageId: message.id }, 'Sending a message is in doubt')
      if (!attempt.begun) throw error
      await attempt.doubt(error)
      return 'done'
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
  async function notConnected(lane: Lane, attempt: Attempt): Promise<void> {
    await eventLog.transaction(async (tx, record) => {
      // Begun all the same: then its token was refused, and RingCentral does not have the message.
      await attempt.finish(tx, record, { outcome: 'REFUSED' })
      const extension = await tx.extension.findUnique({ where: { id: lane.extensionRowId } })
      if (extension?.disconnectedAt) return failNotConnected(tx, record, [lane.extensionRowId])
      const reason = 'RingCentral ended the grant: waiting for the extension to be connected again'
      await pauseLane(tx, lane.extensionRowId, { at: clock.now(), until: null, reason })
    })
  }
}

/** No attempt has begun by then. */
const lostAttachment = {
  errorCode: 'ATTACHMENT_LOST',
  errorMessage:
    'The media store does not have an attachment of this text any more. Hand the file in again with `createUpload`, and send a new text.',
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
