import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess, TokenInHand } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
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
import { type Attempt, type createAttempts, NothingToSendError } from './attempts.ts'
import { batchPace } from './batch-pace.ts'
import { failNotConnected } from './fail-queued.ts'
import { refusedTogether } from './high-volume-way.ts'
import { sendSmsJob } from './jobs.ts'
import type { LaneAlarms } from './lane-alarms.ts'
import type { Next } from './next-message.ts'
import { AttachmentLostError, filesOf } from './outbound-media.ts'
import { recordAnswer, recordRefusal } from './record-answer.ts'
import { type Lane, LaneLostError, pauseLane } from './send-lane.ts'
import { moveStatus } from './status.ts'
import { wayFor } from './way.ts'

/** RingCentral cannot be reached: how long a lane rests, if nobody says otherwise. */
const usualRest = seconds(10)
/** "Try later", said of one message: so often, before those behind it have their turn. */
const putOff = 'MSG-290'
const putOffAtMost = 5

export type SendMessageDeps = {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  alarms: LaneAlarms
  store: MediaStore
  restMs?: number | undefined
  clock: Clock
  logger: Logger
}

/**
 * What became of one message: it is dealt with, or the lane has to rest for a time, or until somebody connects; a moment:
 * texts of batches have to rest, until then.
 */
export type Sent = 'done' | 'resting' | 'closed' | Date

/**
 * Hands one message to RingCentral, with those that may go along, and records what it answered. Throws only what came before anything was
 * begun, and `LaneLostError`.
 */
export function createSendMessage({
  attempts,
  ...deps
}: SendMessageDeps & { attempts: ReturnType<typeof createAttempts> }) {
  const { db, eventLog, queue, access, alarms, store, restMs = usualRest, clock, logger } = deps

  return send

  async function send(
    lane: Lane,
    { message, features }: Next,
    /** For who has asked for it already. */
    token?: TokenInHand,
  ): Promise<Sent> {
    const way = wayFor(message, features)
    const messages = await way.gather(db, message, clock.now())
    const attempt = attempts.of(lane, way, messages)
    try {
      const files = await filesOf({ db, store, clock, restMs }, message)
      const handed = await access.call(
        lane.extensionRowId,
        (api) => way.handOver(api, messages, files),
        {
          token,
          takeUse: attempt.beginWithin,
          beforeRequest: attempt.begin,
          ...(message.batchId !== null && batchPace),
        },
      )
      await eventLog.transaction((tx, record) =>
        recordAnswer(tx, record, { queue, clock }, attempt, handed),
      )
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
          if (messages.length > 1 && isOfOne(refusal)) {
            const errorCode = refusedTogether
            return attempt.finish(tx, record, { outcome: 'REFUSED', error: refusal, errorCode })
          }
          await recordRefusal(tx, record, attempt, messages, refusal)
        })
        return 'done'
      }
      if (error instanceof NotConnectedError) {
        await notConnected(lane, attempt)
        return 'closed'
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
      if (extension?.disconnectedAt) {
        return failNotConnected(tx, record, { queue }, [lane.extensionRowId])
      }
      const reason = 'RingCentral ended the grant: waiting for the extension to be connected again'
      await pauseLane(tx, lane.extensionRowId, { at: clock.now(), until: null, reason })
    })
  }
}

/** Whether a refusal of many texts may be about one of them: then each goes alone, and is told what is its own. */
function isOfOne({ status, parameterName }: RingCentralError): boolean {
  return status === 400 && parameterName !== 'from'
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
