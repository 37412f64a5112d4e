import { z } from 'zod'
import { InvalidInputError } from '../lib/errors.ts'
import type { ContactFields } from '../ringcentral/client.ts'

/** Of each field but the notes; RingCentral may take less, and then says so. */
export const longestField = 255
export const longestNotes = 4000

const editable = [
  'firstName',
  'lastName',
  'company',
  'jobTitle',
  'email',
  'mobilePhone',
  'businessPhone',
  'homePhone',
  'notes',
] as const
type Name = (typeof editable)[number]

export type GivenFields = { [Field in Name]?: string | null | undefined }

const mailAddress = z.email({ pattern: z.regexes.html5Email })

/** What is null or left out stays as it is; an empty text clears. @throws InvalidInputError */
export function parseFields(given: GivenFields): ContactFields & { [Field in Name]?: string } {
  const fields: { [Field in Name]?: string } = {}
  for (const name of editable) {
    const value = given[name]?.trim()
    if (value == null) continue
    check(name, value)
    fields[name] = value
  }
  return fields
}

export function isEditable(name: string | undefined): name is Name {
  return editable.some((one) => one === name)
}

function check(name: Name, value: string): void {
  const most = name === 'notes' ? longestNotes : longestField
  if (value.length > most) {
    throw new InvalidInputError(
      name,
      `\`${name}\` has ${value.length} characters; at most ${most} are allowed.`,
    )
  }
  if (value.includes('\u0000')) {
    throw new InvalidInputError(name, `\`${name}\` contains the character U+0000: remove it.`)
  }
  if (value === '') return
  if (name === 'email' && !mailAddress.safeParse(value).success) {
    throw new InvalidInputError(name, `${JSON.stringify(value)} is not a mail address.`)
  }
  // In whatever manner it is written: people keep extension numbers and national ones.
  if (name.endsWith('Phone') && !/\d/.test(value)) {
    throw new InvalidInputError(name, `${JSON.stringify(value)} is not a phone number.`)
  }
}
