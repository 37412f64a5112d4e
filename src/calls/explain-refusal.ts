import type { RingCentralRefusedError } from '../ringcentral/errors.ts'

/** Why RingCentral did not start a call, in words for a person, and what to do. */
export function explainRefusal({
  code,
  permissionName = 'RingOut',
}: Pick<RingCentralRefusedError, 'code' | 'permissionName'>): string {
  switch (code) {
    case 'RNG-102':
    case 'TEL-107':
      return 'RingCentral does not let this number be shown as the caller: leave `callerId` out for the company’s own.'
    case 'CMN-408':
      return `The user’s role at RingCentral lacks the permission ${permissionName}: ask an administrator of the company to give it.`
    case 'CMN-401':
      return `The app’s registration at RingCentral lacks the scope ${permissionName}: add it there; then the user connects again.`
    case 'TEL-108':
      return 'RingCentral does not call the phone in `from`: take another one.'
    case 'TEL-109':
      return 'RingCentral does not call the number in `to`: look whether it is right.'
    default:
      return 'RingCentral refused to start the call, and its code tells no more.'
  }
}
