import { RetryLaterError } from '../jobs/retry-later.ts'
import type { Clock } from '../lib/clock.ts'
import { BusinessError, RateLimitedError } from '../lib/errors.ts'
import { RingCentralError, RingCentralRefusedError } from '../ringcentral/errors.ts'
import { covers } from './covers.ts'

export class GrantLacksScopeError extends BusinessError {
  override name = 'GrantLacksScopeError'
  readonly code = 'GRANT_LACKS_SCOPE'
  /** RingCentral's name of the scope. */
  readonly scope: string
  constructor(scope: string) {
    super(
      `The grant of this extension does not cover RingCentral’s scope ${scope}. Add it to the app’s registration at RingCentral; then the user connects again.`,
    )
    this.scope = scope
  }
}

export class RefusedByRingCentralError extends BusinessError {
  override name = 'RefusedByRingCentralError'
  readonly code = 'REFUSED_BY_RINGCENTRAL'
  /** RingCentral's own code, for example `PRS-106`. */
  readonly rcCode: string | null
  constructor({ code, parameterName, permissionName, status }: RingCentralRefusedError) {
    const what =
      (permissionName && `the user lacks the permission ${permissionName}`) ||
      (parameterName && `it does not take ${parameterName}`) ||
      'it gives no reason that we know'
    super(`RingCentral refused: ${what} (${code ?? status ?? 'no code'}). Nothing was changed.`)
    this.rcCode = code ?? null
  }
}

export class RingCentralUnreachableError extends BusinessError {
  override name = 'RingCentralUnreachableError'
  readonly code = 'RINGCENTRAL_UNREACHABLE'
  constructor() {
    super(
      'RingCentral cannot be reached, or did not answer. Look how it is now, and try again in a moment.',
    )
  }
}

/** @throws GrantLacksScopeError before RingCentral is bothered */
export function requireScope(extension: { scopes: readonly string[] }, scope: string): void {
  if (!covers(extension, scope)) throw new GrantLacksScopeError(scope)
}

/** What went wrong at RingCentral, as an answer that a client is meant to handle; anything else as it is. */
export function asRefusal(error: unknown, clock: Clock): unknown {
  if (error instanceof RetryLaterError) {
    const waitMs = error.retryAt.getTime() - clock.now().getTime()
    return new RateLimitedError(`${error.reason}: try again later.`, waitMs)
  }
  if (error instanceof RingCentralRefusedError) return new RefusedByRingCentralError(error)
  return error instanceof RingCentralError ? new RingCentralUnreachableError() : error
}
