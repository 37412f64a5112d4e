/**
 * Why a text was not sent or not delivered, in words that a person understands. The codes come from
 * two places: the refusal of the request (`MSG-304`), and later the record's `deliveryErrorCode`
 * (`SMS-CAR-413`).
 */
export interface SendingErrorExplanation {
  /** What a program may decide on; `opted-out` recipients, for one, must not be texted again. */
  cause: SendingErrorCause
  /** What happened. */
  message: string
  /** What to do about it. */
  advice: string
  /** False where RingCentral merely has no report: the text may well have arrived. */
  isFailure: boolean
}

export type SendingErrorCause =
  | 'opted-out'
  | 'recipient'
  | 'sender'
  | 'permission'
  | 'content'
  | 'spam'
  | 'volume'
  | 'temporary'
  | 'unreported'
  | 'unknown'

type Row = [codes: string, cause: SendingErrorCause, message: string, advice: string]

// In a row, `RC`, `UP` and `CAR` are short for `SMS-RC`, `SMS-UP` and `SMS-CAR`: RingCentral, the
// upstream provider and the carrier.
const rows: Row[] = [
  [
    'RC-413 UP-413 CAR-413',
    'opted-out',
    'The recipient has opted out of texts from this number.',
    'Do not text this recipient again unless they reply START.',
  ],
  [
    'RC-410 UP-410 CAR-400 CAR-411 CAR-412 CMN-102 CMN-414 MSG-246 MSG-247',
    'recipient',
    'The recipient’s number does not exist or cannot receive texts.',
    'Check the number; a landline, an extension number or a short number cannot be texted.',
  ],
  [
    'MSG-243 MSG-388',
    'recipient',
    'RingCentral does not allow texts to this number.',
    'Use another way to reach this recipient, or ask RingCentral why the number is blocked.',
  ],
  ['CMN-406', 'recipient', 'The same recipient is named twice.', 'Name each recipient once.'],
  [
    'MSG-381',
    'recipient',
    'A group conversation has at most 10 recipients.',
    'Send to fewer people, or to each of them separately.',
  ],
  [
    'MSG-304 MSG-245',
    'sender',
    'The sending number does not belong to the extension that would send.',
    'Send from a number of this extension, or connect the extension that owns the number.',
  ],
  [
    'MSG-242 MSG-367 MSG-241 MSG-314 RC-503 RC-504 UP-414 CAR-414',
    'sender',
    'The sending number is not set up for texts.',
    'Have the account’s administrator enable SMS for it and register it with a messaging campaign (TCR).',
  ],
  [
    'CAR-461',
    'sender',
    'The sending toll-free number is not verified.',
    'Have the account’s administrator complete toll-free verification at RingCentral.',
  ],
  [
    'UP-431',
    'sender',
    'The sending number has been flagged for unwanted messages.',
    'Stop sending from this number and contact RingCentral.',
  ],
  [
    'MSG-240 MSG-383 MSG-403',
    'permission',
    'International texts are not available from this number.',
    'Enable international texting at RingCentral, or send from a number in the recipient’s country.',
  ],
  [
    'CMN-401',
    'permission',
    'The RingCentral app lacks the SMS permission.',
    'Add the permission to the app’s registration at RingCentral, then connect the extension again.',
  ],
  [
    'CMN-408 CMN-404 CMN-419',
    'permission',
    'The RingCentral user may not send texts.',
    'Have the account’s administrator grant the user’s role the right to send texts.',
  ],
  [
    'CMN-109 CMN-112 CMN-113 BIL-103',
    'permission',
    'Sending texts is not part of this RingCentral account’s plan.',
    'Ask RingCentral, or the account’s administrator, to enable it.',
  ],
  [
    'CMN-101 MSG-365',
    'content',
    'RingCentral found the request invalid.',
    'Check the numbers and the text; a text has at most 1000 characters.',
  ],
  [
    'MSG-338 UP-432 CAR-432 CAR-434',
    'content',
    'The message is too large.',
    'Shorten the text, or send it in parts.',
  ],
  [
    'MSG-337 MSG-376 MSG-379 MSG-347 MSG-348 MSG-350 MSG-351',
    'content',
    'An attachment is too large, empty, one too many or of a kind that cannot be sent.',
    'Send at most 10 attachments of 1.5 MB together, in a common format.',
  ],
  [
    'RC-430 UP-430 CAR-430',
    'spam',
    'The message was filtered as spam.',
    'Change the wording, and send only what your campaign is registered for.',
  ],
  [
    'CAR-435',
    'spam',
    'The message was filtered because of a shortened link.',
    'Use the full link, or a short domain of your own.',
  ],
  [
    'RC-403 CAR-450 CAR-451 CAR-452 MSG-384',
    'volume',
    'A limit on the number of messages has been reached.',
    'Send later or more slowly; the carrier’s limits depend on your registered campaign.',
  ],
  [
    'MSG-305 CMN-301 CMN-302 CMN-303 CMN-304 CMN-310',
    'volume',
    'Messages were sent too fast for RingCentral.',
    'Wait a minute before sending again.',
  ],
  [
    'MSG-290 RC-500 UP-500 CAR-500 CAR-410 CAR-431 CMN-201 CMN-203 CMN-211',
    'temporary',
    'The message could not be sent because of a passing fault.',
    'Try again later.',
  ],
  [
    'CAR-104 CAR-199',
    'unreported',
    'The recipient’s carrier has not reported whether the message arrived.',
    'It may well have arrived; do not send it again just for this.',
  ],
]

const explanations = new Map(
  rows.flatMap(([codes, cause, message, advice]) => {
    const explanation = { cause, message, advice, isFailure: cause !== 'unreported' }
    return codes.split(' ').map((code) => [code, explanation] as const)
  }),
)

const families: [prefix: string, who: string][] = [
  ['CAR-', 'The recipient’s carrier'],
  ['UP-', 'A provider between RingCentral and the carrier'],
]

/**
 * Explains a code of either kind; one that we do not know gets a sentence that claims no more than
 * is certain.
 */
export function explainSendingError(code: string | undefined): SendingErrorExplanation {
  const short = code?.trim().toUpperCase().replace(/^SMS-/, '') ?? ''
  const known = explanations.get(short)
  if (known) return known
  const who = families.find(([prefix]) => short.startsWith(prefix))?.[1] ?? 'RingCentral'
  const reason = /^[A-Z]{2,4}-\d{1,4}$/.test(short) ? ` (code ${code?.trim()})` : ''
  return {
    cause: 'unknown',
    message: `${who} did not accept the message${reason}.`,
    advice: 'Check the number and the text; if it happens again, ask RingCentral about the code.',
    isFailure: true,
  }
}
