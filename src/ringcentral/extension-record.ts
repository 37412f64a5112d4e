/** One extension of an account, as lists and single reads carry it. */
import { z } from 'zod'
import { id, maybe } from './values.ts'

export const extension = z
  .object({
    id,
    extensionNumber: maybe(id),
    name: maybe(z.string()),
    /** `User`, `Department` (a call queue), `Bot`, ... */
    type: maybe(z.string()),
    /** `Enabled`, `Disabled`, `Frozen`, `NotActivated`, `Unassigned`. */
    status: maybe(z.string()),
    /** Kept out of the directory. */
    hidden: maybe(z.boolean()),
    account: maybe(z.object({ id })),
    contact: maybe(
      z.object({
        email: maybe(z.string()),
        firstName: maybe(z.string()),
        lastName: maybe(z.string()),
        company: maybe(z.string()),
        jobTitle: maybe(z.string()),
        department: maybe(z.string()),
        businessPhone: maybe(z.string()),
        mobilePhone: maybe(z.string()),
      }),
    ),
    permissions: maybe(z.object({ admin: maybe(z.object({ enabled: maybe(z.boolean()) })) })),
    site: maybe(z.object({ id: maybe(id), name: maybe(z.string()) })),
  })
  .transform(({ account, contact, permissions, ...rest }) => ({
    ...rest,
    /** Single reads alone tell. */
    accountId: account?.id,
    email: contact?.email,
    firstName: contact?.firstName,
    lastName: contact?.lastName,
    company: contact?.company,
    jobTitle: contact?.jobTitle,
    department: contact?.department,
    businessPhone: contact?.businessPhone,
    mobilePhone: contact?.mobilePhone,
    isAdmin: permissions?.admin?.enabled === true,
  }))

export type Extension = z.output<typeof extension>
