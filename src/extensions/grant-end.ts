import { InvalidGrantError, OAuthRefusedError } from '../ringcentral/errors.ts'

// Why a grant does not work, in words for a person.

export const unreachableReason =
  'RingCentral could not be reached to renew access; trying again by itself.'
export const appRefusedReason =
  'RingCentral does not take the credentials of the app any more: set them anew with `setRingCentralApp`, or ask who runs the gateway. Trying again by itself.'
export const brokenReason =
  'Its tokens were altered in the database, or moved from another extension, and are used no more: connect the extension again.'

export function whyEnded(error: InvalidGrantError | OAuthRefusedError): string {
  return error.extensionDisabled
    ? 'RingCentral has disabled the user, or the account: an administrator enables the user there, who then connects again.'
    : 'RingCentral ended the grant: connect the extension again.'
}

export function isFinal(error: unknown): error is InvalidGrantError | OAuthRefusedError {
  return (
    error instanceof InvalidGrantError ||
    (error instanceof OAuthRefusedError && error.extensionDisabled)
  )
}
