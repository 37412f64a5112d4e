import { parseUserId } from '../extensions/user-mapping.ts'
import { attempt, type BusinessError, InvalidInputError } from '../lib/errors.ts'
import { InvalidPhoneNumberError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import type { TemplateValue } from '../templates/render.ts'
import { InvalidRecipientsError, maxRecipients, maxTextLength } from './errors.ts'
import { parseText } from './parse-message.ts'

export type SmsInput = {
  /** The number that sends; or `userId`, whose extension's number does. */
  from?: string | null | undefined
  userId?: string | null | undefined
  to: readonly string[]
  text?: string | null | undefined
  /** Instead of `text`. */
  templateId?: string | null | undefined
  values?: readonly TemplateValue[] | null | undefined
  /** Uploads. */
  attachments?: readonly string[] | null | undefined
  /** Seconds. */
  validFor?: number | null | undefined
  /** Not before this moment; left out: at once. */
  sendAt?: Date | null | undefined
  ignoreQuietHours?: boolean | null | undefined
  purpose?: 'OPT_OUT_CONFIRMATION' | null | undefined
  idempotencyKey?: string | null | undefined
}

export type Sender = { from: string } | { from?: undefined; userId: string }

/** @throws InvalidPhoneNumberError, InvalidInputError */
export function parseSender({ from, userId }: SmsInput): Sender {
  if (from != null && userId == null) return { from: parsePhoneNumber(from) }
  if (userId != null && from == null) return { userId: parseUserId(userId) }
  throw new InvalidInputError(
    'from',
    'Name the number that sends in `from`, or a mapped user in `userId`: one of both.',
  )
}

/** Who shall get it: those that are numbers, each once, and what is wrong with the others. */
export function parseRecipients(given: readonly string[]): {
  numbers: string[]
  faults: BusinessError[]
} {
  const refused = (message: string) => ({
    numbers: [],
    faults: [new InvalidRecipientsError(message)],
  })
  if (given.length === 0) return refused('`to` is empty: name at least one recipient.')
  if (given.length > maxRecipients) {
    return refused(
      `\`to\` has ${given.length} numbers, which would be one group conversation; RingCentral takes at most ${maxRecipients}. To text people separately, send one message each.`,
    )
  }
  const numbers = new Set<string>()
  const faults = new Map<string, BusinessError>()
  for (const one of given) {
    const number = attempt(() => parsePhoneNumber(one), InvalidPhoneNumberError)
    if (number instanceof Error) faults.set(one, number)
    else if (!numbers.has(number)) numbers.add(number)
    else faults.set(number, new InvalidRecipientsError(`\`to\` names ${number} twice.`))
  }
  return { numbers: [...numbers], faults: [...faults.values()] }
}

/** What is to be said: words, or a template that makes them. */
export type Words =
  | { text: string; templateId?: undefined }
  | { templateId: string; values: readonly TemplateValue[] }

/** A picture needs no words. @throws InvalidTextError, InvalidInputError */
export function parseWords({ text, templateId, values, attachments }: SmsInput): Words {
  if (templateId != null && text == null) return { templateId, values: values ?? [] }
  if (text == null || templateId != null) {
    throw new InvalidInputError('text', 'Say it in `text`, or with `templateId`: one of both.')
  }
  if (values != null) {
    throw new InvalidInputError('values', '`values` fill in a template: name it in `templateId`.')
  }
  if (attachments?.length && text.trim() === '') return { text: '' }
  return { text: parseText(text, maxTextLength) }
}
