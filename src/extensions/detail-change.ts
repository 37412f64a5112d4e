import { z } from 'zod'
import { InvalidInputError } from '../lib/errors.ts'
import { InvalidPhoneNumberError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import type { ExtensionChange } from '../ringcentral/account.ts'

/** Of each field; RingCentral may take less, and then says so. */
export const longestDetail = 255

const names = [
  'firstName',
  'lastName',
  'company',
  'department',
  'jobTitle',
  'email',
  'businessPhone',
  'mobilePhone',
] as const
type Name = (typeof names)[number]

export type GivenDetails = { [Field in Name]?: string | null | undefined }

/** A user at RingCentral has them always. */
const needed: readonly Name[] = ['firstName', 'email']

const mailAddress = z.email({ pattern: z.regexes.html5Email })

/** What is null or left out stays as it is; an empty text clears. @throws InvalidInputError */
export function parseDetails(given: GivenDetails): ExtensionChange {
  const change: ExtensionChange = {}
  for (const name of names) {
    const value = given[name]
    if (value != null) change[name] = parse(name, value.trim())
  }
  if (Object.keys(change).length === 0) {
    throw new InvalidInputError('firstName', 'Say what to change.')
  }
  return change
}

function parse(name: Name, value: string): string {
  if (value === '') {
    if (!needed.includes(name)) return value
    throw new InvalidInputError(name, `\`${name}\` cannot be empty: left out, it stays as it is.`)
  }
  if (value.length > longestDetail) {
    throw new InvalidInputError(
      name,
      `\`${name}\` has ${value.length} characters; at most ${longestDetail} are allowed.`,
    )
  }
  if (value.includes('\u0000')) {
    throw new InvalidInputError(name, `\`${name}\` contains the character U+0000: remove it.`)
  }
  if (name === 'email' && !mailAddress.safeParse(value).success) {
    throw new InvalidInputError(name, `${JSON.stringify(value)} is not a mail address.`)
  }
  return name.endsWith('Phone') ? parseNumber(name, value) : value
}

function parseNumber(name: Name, value: string): string {
  try {
    return parsePhoneNumber(value)
  } catch (error) {
    if (!(error instanceof InvalidPhoneNumberError)) throw error
    throw new InvalidInputError(name, error.message)
  }
}
