/**
 * The company's people. The directory is what everybody may see; the list of extensions tells more
 * to whoever may read it.
 */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { type DirectoryEntry, directoryEntry } from './directory-entry.ts'
import { type Extension, extension } from './extension-record.ts'
import { type PageQuery, pageOf } from './paging.ts'
import { accountPath } from './paths.ts'
import { maybe } from './values.ts'

export interface ListExtensionsQuery extends PageQuery {
  type?: readonly string[]
  status?: readonly string[]
}

export interface DirectoryPage {
  entries: DirectoryEntry[]
  hasNextPage: boolean
}

export interface ExtensionPage {
  extensions: Extension[]
  hasNextPage: boolean
}

export interface DirectoryApi {
  /** Of this account alone. 2000 a page unless told, which is the most. */
  listEntries(query?: PageQuery): Promise<DirectoryPage>
  /** 1000 a page unless told, which is the most. */
  listExtensions(query?: ListExtensionsQuery): Promise<ExtensionPage>
}

const mostEntries = 2000
const mostExtensions = 1000

// The one list without `navigation`.
const entriesAnswer = z.object({
  records: z.array(directoryEntry),
  paging: maybe(z.object({ totalPages: maybe(z.number()) })),
})

export function createDirectoryApi(call: CallApi): DirectoryApi {
  return {
    async listEntries({ page = 1, perPage = mostEntries } = {}) {
      const { records, paging } = await call({
        operation: 'directory.listEntries',
        path: accountPath('/directory/entries'),
        query: { showFederated: false, page, perPage },
        timeoutMs: 30_000,
        answer: entriesAnswer,
      })
      const pages = paging?.totalPages
      // Where the total is missing, a page that is full may have another behind it.
      const hasNextPage = pages === undefined ? records.length >= perPage : page < pages
      return { entries: records, hasNextPage: hasNextPage && records.length > 0 }
    },

    async listExtensions({ perPage = mostExtensions, ...query } = {}) {
      const { records, nextPath } = await call({
        operation: 'directory.listExtensions',
        path: accountPath('/extension'),
        query: { perPage, ...query },
        timeoutMs: 30_000,
        answer: pageOf(extension),
      })
      return { extensions: records, hasNextPage: nextPath !== undefined }
    },
  }
}
