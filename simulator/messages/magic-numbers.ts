import type { MessageStatus } from './message.ts'

/**
 * Recipients with a fate of their own: any number that ends in 555 9 and three digits, such as
 * +1 202 555 9411. The three digits repeat RingCentral's own code. Numbers kept for fiction (555-01xx)
 * never collide with them.
 */
export interface Fate {
  ending: string
  meaning: string
  /** Refused by the POST itself. */
  refusal?: { status: number; code: string; message: string; family?: string }
  /** Accepted; the status that it ends with, and why. */
  outcome?: { status: MessageStatus; errorCode?: string }
}

const feature = 'FeatureNotAvailable'

export const fates: Fate[] = [
  // Accepted, and then it goes wrong.
  failed('5559410', 'the carrier has trouble for the moment', 'DeliveryFailed', 'SMS-CAR-410'),
  failed('5559411', 'no such number, the carrier says', 'DeliveryFailed', 'SMS-CAR-411'),
  failed('5559412', 'a landline', 'DeliveryFailed', 'SMS-CAR-412'),
  failed('5559413', 'opted out', 'SendingFailed', 'SMS-RC-413'),
  failed('5559414', 'the sender is not provisioned', 'SendingFailed', 'SMS-UP-414'),
  failed('5559430', 'taken for spam', 'SendingFailed', 'SMS-UP-430'),
  failed('5559431', 'the sender is flagged: stop sending', 'SendingFailed', 'SMS-UP-431'),
  failed('5559450', 'over the carrier’s volume', 'DeliveryFailed', 'SMS-CAR-450'),
  failed('5559461', 'the toll-free sender is not verified', 'DeliveryFailed', 'SMS-CAR-461'),
  failed('5559500', 'an error inside RingCentral', 'SendingFailed', 'SMS-RC-500'),
  failed('5559104', 'no failure: the carrier has not reported', 'Sent', 'SMS-CAR-104'),
  failed('5559199', 'no failure: the status is not known', 'Sent', 'SMS-CAR-199'),
  stuck('5559000', 'stays Sent for ever, as with many carriers', 'Sent'),
  stuck('5559001', 'stays Queued for ever', 'Queued'),
  // Refused at once.
  refused('5559243', 400, 'MSG-243', 'Recipient phone number is blocked'),
  refused('5559240', 403, 'MSG-240', 'International SMS is not supported', feature),
  refused('5559242', 403, 'MSG-242', 'Sending SMS is not available from this number', feature),
  refused('5559290', 503, 'MSG-290', 'The message could not be sent, try again later'),
  refused('5559305', 429, 'MSG-305', 'Message sending rate is exceeded'),
  refused('5559384', 403, 'MSG-384', 'Account limits are exceeded'),
  refused('5559388', 403, 'MSG-388', 'Destination number is prohibited', feature),
]

export function fateOf(phoneNumber: string): Fate | undefined {
  return fates.find((fate) => phoneNumber.endsWith(fate.ending))
}

function failed(ending: string, meaning: string, status: MessageStatus, errorCode: string): Fate {
  return { ending, meaning, outcome: { status, errorCode } }
}

function stuck(ending: string, meaning: string, status: MessageStatus): Fate {
  return { ending, meaning, outcome: { status } }
}

function refused(
  ending: string,
  status: number,
  code: string,
  message: string,
  family?: string,
): Fate {
  return { ending, meaning: message, refusal: { status, code, message, family } }
}
