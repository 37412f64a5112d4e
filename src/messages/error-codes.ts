import { type SmsErrorFamily, smsErrorFamilies } from '../ringcentral/sms-error-families.ts'
import { explainSendingError } from '../ringcentral/sms-errors.ts'

/** What the gateway itself says of a message. */
const ownErrors = {
  NOT_CONNECTED: {
    cause: 'The tenant was disconnected before it could be sent.',
    remedy: 'Connect the extension again with a link from `createConnectToken`, then send it anew.',
    retryable: false,
  },
  UNCONFIRMED: {
    cause: 'RingCentral never answered and shows no trace of it: it may or may not have been sent.',
    remedy: 'Ask the recipient, then decide with `resolveUnconfirmed`.',
    retryable: false,
  },
  ATTACHMENT_LOST: {
    cause: 'The media store has lost an attachment before it could be sent.',
    remedy: 'Hand the file in again with `createUpload`, and send a new text.',
    retryable: false,
  },
  EXPIRED: {
    cause: 'Its `validFor` was over before it could be sent.',
    remedy: 'If it is still wanted, send it anew; its `timeline` tells what it waited for.',
    retryable: true,
  },
  UNKNOWN: {
    cause: 'RingCentral or a carrier refused it for a reason that the gateway does not know.',
    remedy: '`rcCode` is what RingCentral’s support asks for.',
    retryable: false,
  },
} as const satisfies Record<string, Omit<SmsErrorFamily, 'rcCodes'>>

/** All that can be wrong with a message, RingCentral's and the gateway's own: the one list of codes. */
export const messageErrors = { ...smsErrorFamilies, ...ownErrors }

export type MessageErrorCode = keyof typeof messageErrors

export const allMessageErrors = Object.keys(messageErrors) as MessageErrorCode[]

/** What is wrong with a message. `rcCode`: RingCentral's own code, where it has told one. */
export type MessageError = {
  code: MessageErrorCode
  rcCode: string | null
  cause: string
  remedy: string
  retryable: boolean
}

/** Explains what `Message.errorCode` says: a code of ours, or RingCentral's. */
export function explainMessageError(errorCode: string): MessageError {
  // What we know before RingCentral is asked, as that somebody has opted out, has the same code.
  if (isNamed(errorCode)) {
    const { cause, remedy, retryable } = messageErrors[errorCode]
    return { code: errorCode, rcCode: null, cause, remedy, retryable }
  }
  const { isFailure: _, ...explained } = explainSendingError(errorCode)
  return { ...explained, rcCode: isRcCode(errorCode) ? errorCode : null }
}

/** RingCentral's codes have a number; others, such as `TIMEOUT` or `HTTP_418`, are ours. */
export function isRcCode(code: string | null | undefined): code is string {
  return /^([A-Z]+-)+\d+$/.test(code ?? '')
}

function isNamed(code: string): code is MessageErrorCode {
  return Object.hasOwn(messageErrors, code)
}
