import { RecipientOptedOutError } from '../consents/errors.ts'
import type { Db } from '../db/client.ts'
import { requireAbility, textingFrom } from '../extensions/abilities.ts'
import { ExtensionRevokedError } from '../extensions/errors.ts'
import { InternationalNotAllowedError, SenderNotRegisteredError } from '../numbers/errors.ts'
import { isHighVolume } from '../numbers/high-volume.ts'
import { callingCodeOf } from '../numbers/parse-phone-number.ts'
import { isUnregistered, needsCampaign } from '../numbers/registration.ts'
import { InvalidRecipientsError, MmsNotSupportedError } from './errors.ts'
import { createFindings, type Findings, type Problem, refuseAll } from './findings.ts'
import { shortenersIn } from './link-shorteners.ts'
import { segmentsOf } from './segments.ts'
import type { OptedOut, SendingNumber } from './sending-number.ts'

/** A text whose form is right, with the number that would send it. */
export type Draft = {
  tenantId: string
  number: SendingNumber
  /** Those that are numbers. */
  to: readonly string[]
  /** Those of them who want no texts from it. */
  optedOut: readonly OptedOut[]
  uploadIds: readonly string[]
  purpose: string | null
}

type Sender = Pick<Draft, 'number'>

type Check = {
  field: string
  /** Throws the typed errors of `sendSms`, or warns. */
  check: (db: Db, draft: Draft, warn: Findings['warn']) => Promise<void> | void
}

const senderChecks = [isConnected, coversSending, isRegistered]

/**
 * What is looked at before a text is taken, in this order: the one list, of `sendSms` and of
 * `messagePreflight`. None asks RingCentral.
 */
export const smsChecks: readonly Check[] = [
  ...senderChecks.map((check) => ({ field: 'from', check })),
  { field: 'attachments', check: sendsPictures },
  { field: 'to', check: wantTexts },
  { field: 'to', check: reachesAbroad },
  { field: 'to', check: canGroup },
]

/**
 * The checks of the number alone, for whoever sends many texts from it.
 *
 * @throws ExtensionRevokedError, GrantLacksScopeError, SenderNotRegisteredError
 */
export async function requireSender(db: Db, number: SendingNumber): Promise<void> {
  for (const check of senderChecks) await check(db, { number }, () => undefined)
}

function isConnected(_db: Db, { number: { extension } }: Sender): void {
  if (extension.status !== 'REVOKED') return
  throw new ExtensionRevokedError(extension.extensionId, extension.name)
}

async function coversSending(db: Db, { number }: Sender): Promise<void> {
  await requireAbility(db, number.extension, textingFrom(number))
}

function isRegistered(_db: Db, { number }: Sender, warn: Findings['warn']): void {
  const { phoneNumber, campaignStatus, registrationReadAt } = number
  if (isUnregistered(number)) throw new SenderNotRegisteredError(phoneNumber, campaignStatus)
  if (!registrationReadAt && needsCampaign(number)) {
    warn(
      'from',
      'REGISTRATION_UNKNOWN',
      `It has not been read yet whether ${phoneNumber} is registered with a messaging campaign (TCR).`,
    )
  }
}

function reachesAbroad(_db: Db, { number, to }: Draft): void {
  const abroad = abroadFor(number, to)
  if (abroad.length > 0) throw new InternationalNotAllowedError(number.phoneNumber, abroad)
}

/** Whom a number cannot text since they are in another country. */
export function abroadFor(
  { phoneNumber, features }: Pick<SendingNumber, 'phoneNumber' | 'features'>,
  people: readonly string[],
): string[] {
  if (features.includes('InternationalSmsSender')) return []
  // No country's code begins another one's.
  const home = `+${callingCodeOf(phoneNumber)}`
  return people.filter((one) => !one.startsWith(home))
}

/** Looked at again in the transaction that takes the text: somebody may opt out in between. */
function wantTexts(_db: Db, { optedOut, purpose }: Draft): void {
  if (!purpose) refuseAll(optedOut.map((consent) => new RecipientOptedOutError(consent)))
}

function sendsPictures(_db: Db, { number, uploadIds }: Draft): void {
  if (uploadIds.length === 0 || number.features.includes('MmsSender')) return
  throw new MmsNotSupportedError(number.phoneNumber)
}

function canGroup(_db: Db, { number, to }: Draft, warn: Findings['warn']): void {
  if (to.length > 1 && isHighVolume(number)) {
    throw new InvalidRecipientsError(
      `${number.phoneNumber} is a high-volume number, which texts one person at a time: send one message each, or use \`sendSmsBatch\`.`,
    )
  }
  if (to.length === 1 || number.features.includes('MmsSender')) return
  warn(
    'to',
    'GROUP_NEEDS_MMS',
    `Several recipients are one group conversation, which travels as MMS; ${number.phoneNumber} lacks the feature MmsSender. To text people separately, send one message each.`,
  )
}

/** What about the words may cost more, or be filtered. */
export function warningsOf(text: string): Problem[] {
  const { problems, warn } = createFindings()
  const shorteners = shortenersIn(text)
  if (shorteners.length > 0) {
    warn(
      'text',
      'SHORTENED_LINK',
      `Carriers filter shortened links (${shorteners.join(', ')}): use the full link, or a short domain of your own.`,
    )
  }
  const { segmentCount, ucs2Characters } = segmentsOf(text)
  if (segmentCount > 1 && ucs2Characters.length > 0) {
    const characters = [...new Set(ucs2Characters.map(({ character }) => character))].slice(0, 10)
    warn(
      'text',
      'UCS2_NEEDED',
      `It travels in ${segmentCount} segments of 67 characters instead of 153, because of ${characters.join(' ')}.`,
    )
  }
  return problems
}
