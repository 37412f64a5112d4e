import type { CallStatus } from '../db/generated/client/client.ts'
import { BusinessError } from '../lib/errors.ts'

export class CallNotFoundError extends BusinessError {
  override name = 'CallNotFoundError'
  readonly code = 'CALL_NOT_FOUND'
  constructor(callId: string) {
    super(`There is no call ${callId}.`)
  }
}

/** What was asked for needs a call that goes on, or one that is further, or not so far. */
export class CallNotLiveError extends BusinessError {
  override name = 'CallNotLiveError'
  readonly code: 'CALL_NOT_LIVE' | 'CALL_NOT_RINGING' | 'CALL_NOT_ANSWERED'
  readonly status: CallStatus
  constructor(
    code: CallNotLiveError['code'],
    callId: string,
    status: CallStatus,
    why: string = notLive[code],
  ) {
    super(`Call ${callId} is ${status}: ${why}`)
    this.code = code
    this.status = status
  }
}

const notLive = {
  CALL_NOT_LIVE: 'there is nothing to control. The query `activeCalls` lists calls that go on.',
  CALL_NOT_RINGING: 'only a call that still rings can be canceled. End it with `hangUp`.',
  CALL_NOT_ANSWERED: 'that can be done when it has been picked up.',
} as const

/** There is nobody where a call was to be sent. */
export class TransferTargetNotFoundError extends BusinessError {
  override name = 'TransferTargetNotFoundError'
  readonly code = 'TRANSFER_TARGET_NOT_FOUND'
  readonly target: string
  constructor(target: string) {
    super(
      `The company has no extension ${JSON.stringify(target)}: the query \`directory\` lists them. The call goes on as it was.`,
    )
    this.target = target
  }
}

/** RingCentral refused to do something to a call, or did not say whether it did. */
export class CallControlFailedError extends BusinessError {
  override name = 'CallControlFailedError'
  readonly code = 'CALL_CONTROL_FAILED'
  /** RingCentral's own code, if it told one. */
  readonly rcCode: string | null
  constructor(rcCode: string | null, inDoubt: boolean) {
    super(
      inDoubt
        ? 'RingCentral did not answer: it may have been done. `callChanged` tells.'
        : `RingCentral refused it${rcCode ? ` (${rcCode})` : ''}: the call may just have changed.`,
    )
    this.rcCode = rcCode
  }
}

export class CallerIdNotAllowedError extends BusinessError {
  override name = 'CallerIdNotAllowedError'
  readonly code = 'CALLER_ID_NOT_ALLOWED'
  readonly callerId: string
  constructor(callerId: string, why: string) {
    super(
      `${callerId} cannot be shown as the caller: ${why}. Leave \`callerId\` out for the company's own.`,
    )
    this.callerId = callerId
  }
}

/** The user who connected did not grant what this needs, or the app's registration lacks it. */
export class CallIdempotencyConflictError extends BusinessError {
  override name = 'CallIdempotencyConflictError'
  readonly code = 'IDEMPOTENCY_KEY_MISMATCH'
  /** The call that the key belongs to. */
  readonly callId: string
  constructor(callId: string) {
    super(
      `This idempotency key was used for another call (${callId}). Use a new key for a new call.`,
    )
    this.callId = callId
  }
}
