import { attempt } from '../lib/errors.ts'
import { InvalidTextError, maxTextLength } from '../messages/errors.ts'
import { parseText } from '../messages/parse-message.ts'
import { InvalidPhoneNumberError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import { fillIn, missingIn, type ParsedTemplate, parseTemplate } from '../templates/render.ts'
import type { RejectedRow } from './errors.ts'

/** A row as it was given. `line`: see RejectedRow. */
export type Row = {
  line: number
  to: string
  /** Instead of the batch's text. */
  text: string | null
  values: Record<string, string>
  /** What is wrong with it before anything in it is looked at, in a sentence. */
  malformed?: string
}

/** A text that is to be sent. */
export type Recipient = { line: number; to: string; text: string }

/** Sorts rows into those that can become texts and those that cannot, with the reasons. */
export function checkRows(
  rows: readonly Row[],
  { template: everybodys, senders }: { template: ParsedTemplate; senders: readonly string[] },
): { recipients: Recipient[]; rejected: RejectedRow[] } {
  const recipients: Recipient[] = []
  const rejected: RejectedRow[] = []
  const seen = new Set<string>()

  const check = (row: Row): Recipient | Omit<RejectedRow, 'line' | 'to'> => {
    if (row.malformed) return { code: 'COLUMNS_MISMATCH', message: row.malformed }
    const to = attempt(() => parsePhoneNumber(row.to), InvalidPhoneNumberError)
    if (to instanceof Error) return { code: 'INVALID_PHONE_NUMBER', message: to.message }
    if (senders.includes(to)) {
      return { code: 'OWN_NUMBER', message: `${to} is one of the numbers that send.` }
    }
    if (seen.has(to)) return { code: 'DUPLICATE_RECIPIENT', message: `${to} stands further up.` }
    const template = row.text === null ? everybodys : parseTemplate(row.text)
    const values = new Map(Object.entries(row.values))
    const missing = missingIn(template, values)
    if (missing.length > 0) {
      return { code: 'VALUE_MISSING', message: `It has no value for ${missing.join(', ')}.` }
    }
    // A table may well have columns that this text has no place for.
    const filled = fillIn(template, values)
    const checked = attempt(() => parseText(filled, maxTextLength), InvalidTextError)
    if (checked instanceof Error) {
      const code = checked.code === 'TEXT_EMPTY' ? 'TEXT_EMPTY' : 'TEXT_TOO_LONG'
      return { code, message: checked.message }
    }
    seen.add(to)
    return { line: row.line, to, text: checked }
  }

  for (const row of rows) {
    const outcome = check(row)
    if ('code' in outcome) rejected.push({ line: row.line, to: row.to.slice(0, 50), ...outcome })
    else recipients.push(outcome)
  }
  return { recipients, rejected }
}
