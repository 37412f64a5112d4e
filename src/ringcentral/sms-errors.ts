/** Why a text was not sent or not delivered, in words that a person understands. */
import {
  rcCodesOf,
  type SmsErrorCode,
  type SmsErrorFamily,
  smsErrorFamilies,
} from './sms-error-families.ts'

export interface SendingErrorExplanation extends Omit<SmsErrorFamily, 'rcCodes'> {
  /** What a program may decide on; `UNKNOWN` for a code that nobody told us of. */
  code: SmsErrorCode | 'UNKNOWN'
  /** False where RingCentral merely has no report: the text may well have arrived. */
  isFailure: boolean
}

const allFamilies = Object.keys(smsErrorFamilies) as SmsErrorCode[]
const families = new Map(
  allFamilies.flatMap((code) => rcCodesOf(code).map((rcCode) => [rcCode, code] as const)),
)

const speakers: [prefix: string, who: string][] = [
  ['SMS-CAR-', 'The recipient’s carrier'],
  ['SMS-UP-', 'A provider between RingCentral and the carrier'],
]

/**
 * Explains a code of either kind; one that we do not know gets a sentence that claims no more than
 * is certain.
 */
export function explainSendingError(given: string | null | undefined): SendingErrorExplanation {
  const rcCode = (given ?? '')
    .trim()
    .toUpperCase()
    .replace(/^(?=(RC|UP|CAR)-)/, 'SMS-')
  const code = families.get(rcCode)
  if (code) {
    const { cause, remedy, retryable } = smsErrorFamilies[code]
    return { code, cause, remedy, retryable, isFailure: code !== 'NOT_REPORTED' }
  }
  const who = speakers.find(([prefix]) => rcCode.startsWith(prefix))?.[1] ?? 'RingCentral'
  const reason = /^(SMS-)?[A-Z]{2,4}-\d{1,4}$/.test(rcCode) ? ` (code ${given?.trim()})` : ''
  return {
    code: 'UNKNOWN',
    cause: `${who} did not accept the message${reason}.`,
    remedy: 'Check the number and the text; if it happens again, ask RingCentral about the code.',
    // Nobody knows, and a text too many is worse than one that a person sends again.
    retryable: false,
    isFailure: true,
  }
}
