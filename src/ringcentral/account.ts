/** Whose token this is. */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { accountPath, extensionPath } from './paths.ts'
import { id, maybe } from './values.ts'

const account = z
  .object({
    id,
    mainNumber: maybe(z.string()),
    status: maybe(z.string()),
    serviceInfo: maybe(z.object({ brand: maybe(z.object({ name: maybe(z.string()) })) })),
  })
  .transform(({ serviceInfo, ...rest }) => ({
    ...rest,
    /** `RingCentral`, or the carrier that sells it under its own name. */
    brandName: serviceInfo?.brand?.name,
  }))

const extension = z
  .object({
    id,
    extensionNumber: maybe(id),
    name: maybe(z.string()),
    /** `User`, `Department` (a call queue), `Bot`, ... */
    type: maybe(z.string()),
    /** `Enabled`, `Disabled`, `Frozen`, `NotActivated`, `Unassigned`. */
    status: maybe(z.string()),
    account: maybe(z.object({ id })),
    contact: maybe(
      z.object({
        email: maybe(z.string()),
        firstName: maybe(z.string()),
        lastName: maybe(z.string()),
        company: maybe(z.string()),
      }),
    ),
    permissions: maybe(z.object({ admin: maybe(z.object({ enabled: maybe(z.boolean()) })) })),
  })
  .transform(({ account, contact, permissions, ...rest }) => ({
    ...rest,
    accountId: account?.id,
    email: contact?.email,
    firstName: contact?.firstName,
    lastName: contact?.lastName,
    company: contact?.company,
    isAdmin: permissions?.admin?.enabled === true,
  }))

export type Account = z.output<typeof account>
export type Extension = z.output<typeof extension>

export interface AccountApi {
  getAccount(): Promise<Account>
  /** The token's own extension unless told; others need an admin's token. */
  getExtension(extensionId?: string): Promise<Extension>
}

export function createAccountApi(call: CallApi): AccountApi {
  return {
    getAccount: () =>
      call({ operation: 'account.getAccount', path: accountPath(), answer: account }),
    getExtension: async (extensionId = '~') =>
      call({
        operation: 'account.getExtension',
        path: extensionPath('', extensionId),
        answer: extension,
      }),
  }
}
