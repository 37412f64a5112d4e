import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { InvalidPhoneNumberError } from './errors.ts'

/**
 * A number in E.164, from whatever a person wrote around it (`+1 (202) 555-0142`). The country code
 * must be there: guessing it would text a stranger.
 *
 * @throws InvalidPhoneNumberError
 */
export function parsePhoneNumber(given: string): string {
  const trimmed = given.trim()
  const parsed = trimmed.startsWith('+') ? parsePhoneNumberFromString(trimmed) : undefined
  if (!parsed?.isPossible() || parsed.ext) throw new InvalidPhoneNumberError(given)
  return parsed.number
}
