import type { ConnectFailure } from '../db/generated/client/client.ts'
import { OAuthRefusedError } from '../ringcentral/errors.ts'

/** What of the app's registration kept somebody from connecting; null if it was something else. */
export function failureOf(error: unknown): ConnectFailure | null {
  if (error instanceof OAuthRefusedError && error.error === 'no_refresh_token') {
    return 'NO_REFRESH_TOKEN'
  }
  return isAppRefused(error) ? 'APP_REFUSED' : null
}

/** RingCentral does not take the app's id and secret, or not for this. */
export function isAppRefused(error: unknown): error is OAuthRefusedError {
  return (
    error instanceof OAuthRefusedError &&
    ['invalid_client', 'unauthorized_client'].includes(error.error ?? '')
  )
}
