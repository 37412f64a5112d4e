/** One person, queue or room as the company directory shows it to everybody. */
import { z } from 'zod'
import { id, listOf, maybe } from './values.ts'

const phoneNumber = z.object({
  phoneNumber: z.string(),
  formattedPhoneNumber: maybe(z.string()),
  /** `VoiceFax`, `VoiceOnly`, `FaxOnly`. */
  type: maybe(z.string()),
  /** `DirectNumber`, `MobileNumber`, `ContactNumber`, ... */
  usageType: maybe(z.string()),
  primary: maybe(z.boolean()),
  hidden: maybe(z.boolean()),
})

export const directoryEntry = z
  .object({
    /** The extension's id. */
    id,
    /** All kinds of users are `User` here. */
    type: maybe(z.string()),
    status: maybe(z.string()),
    name: maybe(z.string()),
    firstName: maybe(z.string()),
    lastName: maybe(z.string()),
    email: maybe(z.string()),
    jobTitle: maybe(z.string()),
    department: maybe(z.string()),
    extensionNumber: maybe(id),
    phoneNumbers: listOf(phoneNumber),
    hidden: maybe(z.boolean()),
    account: maybe(z.object({ id })),
    site: maybe(z.object({ id: maybe(id), name: maybe(z.string()) })),
  })
  .transform(({ account, ...rest }) => ({ ...rest, accountId: account?.id }))

export type DirectoryEntry = z.output<typeof directoryEntry>
