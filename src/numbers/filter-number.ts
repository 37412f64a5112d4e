import { topLevelError } from '../graphql/errors.ts'
import { InvalidPhoneNumberError } from './errors.ts'
import { parsePhoneNumber } from './parse-phone-number.ts'

/** Of an extension number, or of one of those short numbers that shops text from. */
const mostShortDigits = 8

/**
 * A number to look for, as it is stored: in E.164, or a short number as it is. Refuses what is no number,
 * so that a filter does not answer as if there were nothing.
 */
export function parseFilterNumber(given: string, name = 'number'): string {
  const trimmed = given.trim()
  if (/^\d+$/.test(trimmed) && trimmed.length <= mostShortDigits) return trimmed
  try {
    return parsePhoneNumber(trimmed)
  } catch (error) {
    if (!(error instanceof InvalidPhoneNumberError)) throw error
    throw topLevelError(
      'BAD_USER_INPUT',
      `\`${name}\`: ${error.message} An extension number or a short one is written as it is: 101.`,
    )
  }
}
