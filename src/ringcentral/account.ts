/** Whose token this is. */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { type Extension, extension } from './extension-record.ts'
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

export type Account = z.output<typeof account>
export type { Extension }

/** What is left out stays as it is. */
export interface ExtensionChange {
  firstName?: string
  lastName?: string
  company?: string
  jobTitle?: string
  department?: string
  email?: string
  /** E.164. */
  businessPhone?: string
  /** E.164. */
  mobilePhone?: string
}

export interface AccountApi {
  getAccount(): Promise<Account>
  /** The token's own extension unless told; others need an admin's token. */
  getExtension(extensionId?: string): Promise<Extension>
  /** The same holds here. Needs EditExtensions. */
  updateExtension(change: ExtensionChange, extensionId?: string): Promise<Extension>
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
    updateExtension: async (change, extensionId = '~') =>
      call({
        operation: 'account.updateExtension',
        method: 'PUT',
        path: extensionPath('', extensionId),
        body: { contact: change },
        answer: extension,
      }),
  }
}
