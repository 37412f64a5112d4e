/** Who can be reached: what people set, and what their phones do. */
import { z } from 'zod'
import { availability } from './availability.ts'
import type { CallApi } from './call-api.ts'
import { type PageQuery, pageOf } from './paging.ts'
import { accountPath, extensionPath } from './paths.ts'
import { id, maybe } from './values.ts'

const presence = z
  .object({
    extension: maybe(z.object({ id, extensionNumber: maybe(id) })),
    ...availability,
    message: maybe(z.string()),
  })
  .transform(({ extension, ...rest }) => ({
    extensionId: extension?.id,
    extensionNumber: extension?.extensionNumber,
    ...rest,
  }))

/** Queues, menus and the like have no more than a `presenceStatus`, which is `Offline`. */
export type ExtensionPresence = z.output<typeof presence>

/** What is left out stays as it is. */
export interface PresenceChange {
  userStatus?: 'Available' | 'Busy' | 'Offline'
  dndStatus?:
    | 'TakeAllCalls'
    | 'DoNotAcceptAnyCalls'
    | 'DoNotAcceptDepartmentCalls'
    | 'TakeDepartmentCallsOnly'
  /** At most 75 characters. */
  message?: string
}

export interface PresencePage {
  presences: ExtensionPresence[]
  hasNextPage: boolean
}

export interface PresenceApi {
  /**
   * With the calls that go on. The token's own extension unless told; a colleague who does not let
   * others see it is refused with `PRS-105`.
   */
  get(extensionId?: string): Promise<ExtensionPresence>
  /** Of everybody in the account, 1000 a page unless told, with their calls. A Heavy request. */
  list(query?: PageQuery): Promise<PresencePage>
  /** Needs EditPresence. Others than the token's own extension need an admin's token. */
  put(change: PresenceChange, extensionId?: string): Promise<ExtensionPresence>
}

export function createPresenceApi(call: CallApi): PresenceApi {
  return {
    get: async (extensionId) =>
      call({
        operation: 'presence.get',
        path: extensionPath('/presence', extensionId),
        query: { detailedTelephonyState: true },
        answer: presence,
      }),

    async list({ page = 1, perPage = 1000 } = {}) {
      const { records, nextPath } = await call({
        operation: 'presence.list',
        path: accountPath('/presence'),
        query: { detailedTelephonyState: true, page, perPage },
        timeoutMs: 30_000,
        answer: pageOf(presence),
      })
      return { presences: records, hasNextPage: nextPath !== undefined }
    },

    put: async (change, extensionId) =>
      call({
        operation: 'presence.put',
        method: 'PUT',
        path: extensionPath('/presence', extensionId),
        body: change,
        answer: presence,
      }),
  }
}
