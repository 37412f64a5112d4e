/**
 * Every error of RingCentral's SMS family, by what it means to whoever wanted to send. The codes come
 * from two places: the refusal of the request (`MSG-304`), and later the record's `deliveryErrorCode`
 * (`SMS-CAR-413`). `RC`, `UP` and `CAR` are short for `SMS-RC`, `SMS-UP` and `SMS-CAR`: RingCentral, the
 * upstream provider and the carrier.
 */
export interface SmsErrorFamily {
  rcCodes: string
  /** What happened. */
  cause: string
  /** What to do about it. */
  remedy: string
  /** Whether the same text may go through when it is sent once more, later. */
  retryable: boolean
}

export const smsErrorFamilies = {
  RECIPIENT_OPTED_OUT: {
    rcCodes: 'RC-413 UP-413 CAR-413',
    cause: 'The recipient has opted out of texts from this number.',
    remedy: 'Do not text this recipient again unless they reply START.',
    retryable: false,
  },
  RECIPIENT_NOT_FOUND: {
    rcCodes: 'RC-410 UP-410 CAR-400 CAR-411 CMN-102 CMN-414',
    cause: 'The recipient’s number does not exist, or is not in service.',
    remedy: 'Check the number.',
    retryable: false,
  },
  RECIPIENT_IS_LANDLINE: {
    rcCodes: 'CAR-412',
    cause: 'The recipient’s number is a landline, which cannot receive texts.',
    remedy: 'Ask for a mobile number, or call.',
    retryable: false,
  },
  RECIPIENT_NOT_TEXTABLE: {
    rcCodes: 'MSG-246 MSG-247',
    cause: 'The recipient is an extension number or a short number.',
    remedy: 'Text a full number in E.164; write to colleagues with `sendInternalMessage`.',
    retryable: false,
  },
  RECIPIENT_BLOCKED: {
    rcCodes: 'MSG-243 MSG-388',
    cause: 'RingCentral does not allow texts to this number.',
    remedy:
      'Use another way to reach this recipient, or ask RingCentral why the number is blocked.',
    retryable: false,
  },
  RECIPIENT_REPEATED: {
    rcCodes: 'CMN-406',
    cause: 'The same recipient is named twice.',
    remedy: 'Name each recipient once.',
    retryable: false,
  },
  TOO_MANY_RECIPIENTS: {
    rcCodes: 'MSG-381',
    cause: 'A group conversation has at most 10 recipients.',
    remedy: 'Send to fewer people, or to each of them separately.',
    retryable: false,
  },
  SENDER_NOT_OWNED: {
    rcCodes: 'MSG-304 MSG-245',
    cause: 'The sending number does not belong to the extension that would send.',
    remedy: 'Send from a number of this extension, or connect the extension that owns the number.',
    retryable: false,
  },
  SENDER_NOT_TEXTABLE: {
    rcCodes: 'MSG-242 MSG-367 MSG-241 MSG-314',
    cause: 'The sending number, or its extension, is not set up for texts.',
    remedy: 'Have the account’s administrator enable SMS for it, or send from another number.',
    retryable: false,
  },
  SENDER_NOT_REGISTERED: {
    rcCodes: 'RC-503 RC-504 UP-414 CAR-414',
    cause: 'The sending number is not registered with a messaging campaign (TCR).',
    remedy: 'Have the account’s administrator register it at RingCentral, which takes some days.',
    retryable: false,
  },
  SENDER_NOT_VERIFIED: {
    rcCodes: 'CAR-461',
    cause: 'The sending toll-free number is not verified.',
    remedy: 'Have the account’s administrator complete toll-free verification at RingCentral.',
    retryable: false,
  },
  SENDER_FLAGGED: {
    rcCodes: 'UP-431',
    cause: 'The sending number has been flagged for unwanted messages.',
    remedy: 'Stop sending from this number and contact RingCentral.',
    retryable: false,
  },
  INTERNATIONAL_NOT_ALLOWED: {
    rcCodes: 'MSG-240 MSG-383 MSG-403',
    cause: 'International texts are not available from this number.',
    remedy:
      'Enable international texting at RingCentral, or send from a number in the recipient’s country.',
    retryable: false,
  },
  APP_LACKS_PERMISSION: {
    rcCodes: 'CMN-401',
    cause: 'The RingCentral app lacks the SMS permission.',
    remedy:
      'Add the permission to the app’s registration at RingCentral, then connect the extension again.',
    retryable: false,
  },
  USER_LACKS_PERMISSION: {
    rcCodes: 'CMN-408 CMN-404 CMN-419',
    cause: 'The RingCentral user may not send texts.',
    remedy: 'Have the account’s administrator grant the user’s role the right to send texts.',
    retryable: false,
  },
  PLAN_LACKS_SMS: {
    rcCodes: 'CMN-109 CMN-112 CMN-113 BIL-103',
    cause: 'Sending texts is not part of this RingCentral account’s plan.',
    remedy: 'Ask RingCentral, or the account’s administrator, to enable it.',
    retryable: false,
  },
  ACCESS_REFUSED: {
    rcCodes: 'OAU-128 OAU-129 OAU-149 OAU-151 OAU-213 CMN-405 AGW-401 AGW-402',
    cause: 'RingCentral did not accept the extension’s login.',
    remedy: 'If it lasts, have its user connect the extension again.',
    retryable: true,
  },
  REQUEST_INVALID: {
    rcCodes: 'CMN-101 CMN-103 CMN-104 CMN-106 CMN-107 CMN-120 CMN-202 MSG-365 AGW-404',
    cause: 'RingCentral found the request invalid.',
    remedy: 'Check the numbers and the text; a text has at most 1000 characters.',
    retryable: false,
  },
  MESSAGE_TOO_LARGE: {
    rcCodes: 'MSG-338 UP-432 CAR-432',
    cause: 'The message is too large.',
    remedy: 'Shorten the text, or send it in parts.',
    retryable: false,
  },
  ATTACHMENT_REFUSED: {
    rcCodes: 'MSG-337 MSG-376 MSG-379 MSG-347 MSG-348 MSG-350 MSG-351 CAR-434',
    cause: 'An attachment is too large, empty, one too many or of a kind that cannot be sent.',
    remedy: 'Send at most 10 attachments of 1.5 MB together, in a common format.',
    retryable: false,
  },
  SPAM_FILTERED: {
    rcCodes: 'RC-430 UP-430 CAR-430',
    cause: 'The message was filtered as spam.',
    remedy: 'Change the wording, and send only what your campaign is registered for.',
    retryable: false,
  },
  LINK_FILTERED: {
    rcCodes: 'CAR-435',
    cause: 'The message was filtered because of a shortened link.',
    remedy: 'Use the full link, or a short domain of your own.',
    retryable: false,
  },
  VOLUME_EXCEEDED: {
    rcCodes: 'RC-403 CAR-450 CAR-451 CAR-452 MSG-384',
    cause: 'A limit on the number of messages has been reached.',
    remedy:
      'Send later or more slowly; the carrier’s limits are daily and depend on your registered campaign.',
    retryable: true,
  },
  RATE_EXCEEDED: {
    rcCodes: 'MSG-305 CMN-301 CMN-302 CMN-303 CMN-304 CMN-310',
    cause: 'Messages were sent too fast for RingCentral.',
    remedy: 'Wait a minute before sending again.',
    retryable: true,
  },
  TEMPORARY_FAULT: {
    rcCodes: 'MSG-290 RC-500 UP-500 CAR-500 CAR-410 CAR-431 CMN-201 CMN-203 CMN-211',
    cause: 'The message could not be sent because of a passing fault.',
    remedy: 'Try again later.',
    retryable: true,
  },
  NOT_REPORTED: {
    rcCodes: 'CAR-104 CAR-199',
    cause: 'The recipient’s carrier has not reported whether the message arrived.',
    remedy: 'It may well have arrived; do not send it again just for this.',
    retryable: false,
  },
} as const satisfies Record<string, SmsErrorFamily>

export type SmsErrorCode = keyof typeof smsErrorFamilies

/** The codes of a family as RingCentral writes them. */
export function rcCodesOf(code: SmsErrorCode): string[] {
  const { rcCodes } = smsErrorFamilies[code]
  return rcCodes.split(' ').map((short) => short.replace(/^(?=RC-|UP-|CAR-)/, 'SMS-'))
}
