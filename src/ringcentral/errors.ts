/**
 * What RingCentral's answers, and its silences, mean for the caller. Decide on the class and on
 * `code`; RingCentral's own sentences are left out on purpose, since they repeat phone numbers and
 * change without notice. For the same reason no error carries a `cause`: what fetch throws can hold
 * headers and bodies.
 */
import type { RateLimitGroup } from './rate-limits.ts'

export interface RingCentralErrorFacts {
  /** The client's method, such as `messages.sendSms`. */
  operation: string
  /** HTTP status; absent when no answer came. */
  status?: number
  /**
   * `errors[0].errorCode`, else the top-level `errorCode`: `MSG-304`, `OAU-213`,
   * `InvalidParameter`.
   */
  code?: string
  /** The app scope or user permission that is missing, with `CMN-401` and `CMN-408`. */
  permissionName?: string
  /** The request member that RingCentral objects to, such as `to.phoneNumber`. */
  parameterName?: string
  /** `RCRequestId`: what RingCentral's support asks for. */
  requestId?: string
  /** How long RingCentral wants to be left alone, in milliseconds. */
  retryAfterMs?: number
  /** The rate-limit group that the operation draws on, by our own table. */
  group?: RateLimitGroup
  /** Why there is no usable answer: `TIMEOUT`, `ECONNREFUSED`, `UNREADABLE_ANSWER`, ... */
  reason?: string
}

export class RingCentralError extends Error {
  override readonly name: string = 'RingCentralError'
  readonly operation: string
  readonly status: number | undefined
  readonly code: string | undefined
  readonly permissionName: string | undefined
  readonly parameterName: string | undefined
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined
  readonly group: RateLimitGroup | undefined
  readonly reason: string | undefined

  constructor(sentence: string, facts: RingCentralErrorFacts) {
    super(`${facts.operation}: ${sentence}${inBrackets(facts)}`)
    this.operation = facts.operation
    this.status = facts.status
    this.code = facts.code
    this.permissionName = facts.permissionName
    this.parameterName = facts.parameterName
    this.requestId = facts.requestId
    this.retryAfterMs = facts.retryAfterMs
    this.group = facts.group
    this.reason = facts.reason
  }
}

/** A definite no: nothing was done, and repeating the same request gets the same answer. */
export class RingCentralRefusedError extends RingCentralError {
  override readonly name: string = 'RingCentralRefusedError'
  constructor(facts: RingCentralErrorFacts) {
    super('RingCentral refused the request', facts)
  }
}

/**
 * The sync token is dead (`CMN-101`, `MSG-333`, `MSG-411`, `CLG-101` to `CLG-105`), or more has
 * changed than one incremental sync may tell: begin again with a full sync.
 */
export class SyncTokenExpiredError extends RingCentralRefusedError {
  override readonly name: string = 'SyncTokenExpiredError'
}

/**
 * 429: nothing was done. The whole `group` of this user is closed for `retryAfterMs`, and every
 * request sent meanwhile starts that time again.
 */
export class RingCentralRateLimitedError extends RingCentralError {
  override readonly name: string = 'RingCentralRateLimitedError'
  declare readonly retryAfterMs: number
  declare readonly group: RateLimitGroup
  constructor(facts: RingCentralErrorFacts & { retryAfterMs: number; group: RateLimitGroup }) {
    super('RingCentral asks us to wait', facts)
  }
}

/**
 * 401: nothing was done. The access token is no longer good (`OAU-128`, `OAU-129`, `OAU-213`, ...);
 * the grant may be.
 */
export class RingCentralUnauthorizedError extends RingCentralError {
  override readonly name: string = 'RingCentralUnauthorizedError'
  constructor(facts: RingCentralErrorFacts) {
    super('RingCentral does not accept the access token', facts)
  }
}

/**
 * Nothing was done: no connection came about, or RingCentral said so (503 with a code). Later may
 * go better.
 */
export class RingCentralUnavailableError extends RingCentralError {
  override readonly name: string = 'RingCentralUnavailableError'
  constructor(facts: RingCentralErrorFacts) {
    super('RingCentral cannot be reached', facts)
  }
}

/**
 * RingCentral may have acted: the request left us, and no answer says what became of it. Look
 * before repeating.
 */
export class RingCentralInDoubtError extends RingCentralError {
  override readonly name: string = 'RingCentralInDoubtError'
  constructor(facts: RingCentralErrorFacts) {
    super('RingCentral may or may not have acted', facts)
  }
}

/**
 * The token endpoint said `invalid_grant`: this code or refresh token is dead, and only a person
 * can give a new one.
 */
export class InvalidGrantError extends RingCentralError {
  override readonly name: string = 'InvalidGrantError'
  constructor(facts: RingCentralErrorFacts) {
    super('RingCentral no longer honours the grant', facts)
  }

  /** Dead because its extension or account is disabled or gone. */
  get extensionDisabled(): boolean {
    return saysDisabled(this.code)
  }
}

/**
 * Another final answer of the OAuth endpoints: a wrong app registration, a disabled extension, a
 * person who said no.
 */
export class OAuthRefusedError extends RingCentralError {
  override readonly name: string = 'OAuthRefusedError'
  /**
   * OAuth's own word: `invalid_client`, `unauthorized_client`, `access_denied`, ... or ours,
   * `no_refresh_token`.
   */
  readonly error: string | undefined
  constructor(facts: RingCentralErrorFacts & { error?: string }) {
    super(`RingCentral refused the login${facts.error ? ` with ${facts.error}` : ''}`, facts)
    this.error = facts.error
  }

  /**
   * The extension or its account is disabled or gone: for this tenant, as final as `invalid_grant`.
   */
  get extensionDisabled(): boolean {
    return saysDisabled(this.code)
  }
}

const disabledCodes = new Set(['OAU-141', 'OAU-142', 'OAU-222', 'OAU-232', 'OAU-236'])

function saysDisabled(code: string | undefined): boolean {
  return code !== undefined && disabledCodes.has(code)
}

function inBrackets(facts: RingCentralErrorFacts): string {
  const parts = [
    facts.status,
    facts.code,
    facts.permissionName && `permission ${facts.permissionName}`,
    facts.parameterName && `parameter ${facts.parameterName}`,
    facts.reason,
    facts.requestId && `request ${facts.requestId}`,
  ].filter(Boolean)
  return parts.length > 0 ? ` (${parts.join(', ')})` : ''
}
