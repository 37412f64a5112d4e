import type { Extension } from '../db/generated/client/client.ts'
import type { Extension as Told } from '../ringcentral/account.ts'

/** What RingCentral tells of the user behind an extension, as we keep it. */
export type Details = Pick<Extension, (typeof names)[number]>

const names = [
  'name',
  'extensionNumber',
  'email',
  'firstName',
  'lastName',
  'company',
  'department',
  'jobTitle',
  'businessPhone',
  'mobilePhone',
] as const

export function detailsOf(told: { [Name in (typeof names)[number]]?: Told[Name] }): Details {
  return Object.fromEntries(names.map((name) => [name, text(told[name])])) as Details
}

/** Always in the same order, fit to be compared. */
export function detailsIn(extension: Details): (string | null)[] {
  return names.map((name) => extension[name])
}

/** What was cleared comes back empty or not at all; and Postgres cannot store U+0000. */
function text(value: string | undefined): string | null {
  return value?.replaceAll('\u0000', '') || null
}
