import type { Db } from '../db/client.ts'
import type { Call } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import {
  RingCentralRefusedError,
  RingCentralUnauthorizedError,
  RingCentralUnavailableError,
} from '../ringcentral/errors.ts'
import {
  createCallAttempts,
  finishAttempt,
  moveStarted,
  NothingToStartError,
} from './call-attempts.ts'
import { explainRefusal } from './explain-refusal.ts'
import { settleCallJob, startCallJob } from './jobs.ts'

/** Nobody waits at the phone longer than this for it to ring; later it would only startle. */
const worthTrying = seconds(30)
const tryAgainAfter = seconds(2)

/**
 * Asks RingCentral to ring, once. RingCentral knows no idempotency key, so whatever leaves it open whether
 * a phone rings (no answer, a process that died) is UNCONFIRMED, and never asked for again.
 */
export const startCall = ({
  db,
  eventLog,
  queue,
  access,
  settleMs,
  clock,
  logger,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  settleMs: number
  clock: Clock
  logger: Logger
}) => {
  const attempts = createCallAttempts({ db, clock })

  return implementJob(startCallJob, async ({ callId }) => {
    const call = await db.call.findUnique({
      where: { id: callId },
      include: { attempts: true, tenant: { select: { status: true } } },
    })
    if (call?.status !== 'STARTING' || !call.extensionRowId) return
    const left = call.attempts.find(({ outcome }) => outcome !== 'REFUSED')
    if (left) return doubt(call, left.id, new Error('INTERRUPTED'))
    if (call.tenant.status !== 'ACTIVE')
      return fail(call, undefined, 'TENANT_SUSPENDED', 'The tenant is suspended.')
    if (after(call.startedAt, worthTrying) < clock.now()) return tooLate(call, undefined)
    await ring(call, call.extensionRowId)
  })

  async function ring(call: Call, extensionRowId: string) {
    let attemptId: string | undefined
    try {
      const { fromNumber: from, toNumber: to, callerId, playPrompt } = call
      if (from === null || to === null) return
      const ringOut = await access.call(
        extensionRowId,
        (api) =>
          api.ringOut.create({
            from,
            to,
            ...(callerId !== null && { callerId }),
            ...(playPrompt !== null && { playPrompt }),
          }),
        {
          beforeRequest: async () => {
            attemptId = await attempts.begin(call.id, attemptId)
          },
        },
      )
      const id = attemptId
      await eventLog.transaction(async (tx, record) => {
        if (id) await finishAttempt(tx, clock, id, { outcome: 'ACCEPTED' })
        await tx.call.update({ where: { id: call.id }, data: { ringOutId: ringOut.id } })
        const earlier: Call['status'][] = ['STARTING', 'UNCONFIRMED']
        await moveStarted(tx, record, call.id, earlier, { status: 'RINGING' })
        await queue.send(tx, settleCallJob, { callId: call.id, look: 0 }, settleIn())
      })
    } catch (error) {
      if (error instanceof NothingToStartError) return
      await failed(call, attemptId, error)
    }
  }

  function settleIn() {
    return { startAfter: after(clock.now(), settleMs) }
  }

  async function failed(call: Call, attemptId: string | undefined, error: unknown) {
    if (error instanceof RingCentralRefusedError) {
      const code = error.code ?? `HTTP_${error.status}`
      return fail(call, attemptId, code, explainRefusal(error), error)
    }
    if (error instanceof NotConnectedError) {
      return fail(
        call,
        attemptId,
        error.code,
        'RingCentral ended the grant: connect the extension again.',
      )
    }
    const isTemporary =
      error instanceof RetryLaterError ||
      error instanceof RingCentralUnavailableError ||
      error instanceof RingCentralUnauthorizedError
    if (isTemporary) {
      const retryAt =
        error instanceof RetryLaterError ? error.retryAt : after(clock.now(), tryAgainAfter)
      if (retryAt > after(call.startedAt, worthTrying)) return tooLate(call, attemptId)
      if (attemptId) await finishRefused(attemptId, error)
      throw new RetryLaterError('RingCentral does not start calls now', retryAt)
    }
    logger.warn({ err: error, call: call.id }, 'Starting a call is in doubt')
    if (!attemptId) throw error
    await doubt(call, attemptId, error)
  }

  function finishRefused(id: string, error: unknown) {
    return eventLog.transaction((tx) => finishAttempt(tx, clock, id, { outcome: 'REFUSED', error }))
  }

  function tooLate(call: Call, attemptId: string | undefined) {
    return fail(
      call,
      attemptId,
      'RATE_LIMITED',
      'RingCentral took no more calls in time, or could not be reached. Nothing rang: start it again.',
    )
  }

  async function doubt(call: Call, attemptId: string, error: unknown) {
    await eventLog.transaction(async (tx, record) => {
      await finishAttempt(tx, clock, attemptId, { outcome: 'IN_DOUBT', error })
      await moveStarted(tx, record, call.id, ['STARTING'], {
        status: 'UNCONFIRMED',
        errorCode: 'UNCONFIRMED',
        errorMessage: 'RingCentral did not answer: it may or may not ring. It is not rung again.',
      })
      await queue.send(tx, settleCallJob, { callId: call.id, look: 0 }, settleIn())
    })
  }

  async function fail(
    call: Call,
    attemptId: string | undefined,
    errorCode: string,
    errorMessage: string,
    error?: unknown,
  ) {
    await eventLog.transaction(async (tx, record) => {
      if (attemptId) await finishAttempt(tx, clock, attemptId, { outcome: 'REFUSED', error })
      const result = { result: 'FAILED', endedAt: clock.now() } as const
      await moveStarted(tx, record, call.id, ['STARTING'], {
        status: 'FAILED',
        ...result,
        errorCode,
        errorMessage,
      })
    })
  }
}
