import type { ConnectFailure } from '../db/generated/client/client.ts'
import type { LinkState } from './connect-link.ts'
import { ExtensionAlreadyMappedError, UserAlreadyMappedError } from './errors.ts'

export type Begun =
  | { begun: true; authorizationUrl: URL; browserSecret: string }
  | { begun: false; link: Exclude<LinkState['state'], 'valid'> }

/** Who sent the link, and where to lead back to. */
export type Sender = { tenantName: string; returnUrl: string | null }

/** How a passage through RingCentral's consent page ended. */
export type Completed =
  | { outcome: 'connected'; attemptId: string; extensionRowId: string; sender: Sender }
  /** The state is missing, unknown, used or too old. */
  | { outcome: 'unknown' }
  /** Another browser began this, so what comes back here may be somebody else's account. */
  | { outcome: 'other-browser' }
  /** The person said no, or RingCentral would not; the link is good again. */
  | { outcome: 'refused'; sender: Sender }
  /** The link is for a user who is mapped to another extension, or the extension is another user's; the link is good again. */
  | { outcome: 'mapped'; sender: Sender; conflict: 'user' | 'extension' }
  /** The token endpoint takes no more for the moment; the link is good again. */
  | { outcome: 'busy'; sender: Sender }
  /**
   * RingCentral could not be reached, or its answer made no sense; or, by `failure`, it is the app's registration.
   * The link is good again.
   */
  | { outcome: 'failed'; sender: Sender; failure: ConnectFailure | null }

/** Whether the one who signed in is not the one whom the link is for. */
export function isConflict(
  error: unknown,
): error is UserAlreadyMappedError | ExtensionAlreadyMappedError {
  return error instanceof UserAlreadyMappedError || error instanceof ExtensionAlreadyMappedError
}
