import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { InvalidPhoneNumberError } from './errors.ts'

/** A whole number of North America as it is stored: which is most of them, and needs no looking up. */
const northAmerican = /^\+1[2-9]\d{9}$/

/**
 * A number in E.164, from whatever a person wrote around it (`+1 (202) 555-0142`). The country code
 * must be there: guessing it would text a stranger.
 *
 * @throws InvalidPhoneNumberError
 */
export function parsePhoneNumber(given: string): string {
  const trimmed = given.trim()
  if (northAmerican.test(trimmed)) return trimmed
  const parsed = trimmed.startsWith('+') ? parsePhoneNumberFromString(trimmed) : undefined
  if (!parsed?.isPossible() || parsed.ext) throw new InvalidPhoneNumberError(given)
  return parsed.number
}

/** The code of the country that a number in E.164 belongs to; undefined for what is none, as a short code. */
export function callingCodeOf(phoneNumber: string): string | undefined {
  if (northAmerican.test(phoneNumber)) return '1'
  return parsePhoneNumberFromString(phoneNumber)?.countryCallingCode
}
