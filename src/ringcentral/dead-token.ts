import { RingCentralRefusedError, SyncTokenExpiredError } from './errors.ts'

/**
 * What an incremental sync failed with, as SyncTokenExpiredError when only a full sync helps. Such
 * a request says nothing besides its token, so a 400 can be about nothing else, whichever code it
 * brings: `CMN-101`, `CLG-101` to `CLG-105`, or that too much has changed for one answer.
 */
export function orDeadToken(error: unknown): unknown {
  const dead = error instanceof RingCentralRefusedError && error.status === 400
  return dead ? new SyncTokenExpiredError(error) : error
}
