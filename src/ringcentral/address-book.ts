/** The contacts that one extension keeps for itself, at most 10,000. */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { type Contact, type ContactChange, type ContactFields, contact } from './contact-record.ts'
import { orDeadToken } from './dead-token.ts'
import { isGone } from './gone.ts'
import { pageOf } from './paging.ts'
import { extensionPath, segment } from './paths.ts'
import { id, maybe, syncInfo } from './values.ts'

export interface ListContactsQuery {
  /** Of a name, the company or a mail address. */
  startsWith?: string
  phoneNumber?: readonly string[]
  sortBy?: readonly ('FirstName' | 'LastName' | 'Company')[]
  /** From 1. */
  page?: number
  /** 250 unless told, at most 1000. */
  perPage?: number
}

export interface ContactPage {
  contacts: Contact[]
  hasNextPage: boolean
}

/** All pages of one sync are asked for with the same query but `pageId`. */
export type SyncContactsQuery = ({ type: 'full' } | { type: 'incremental'; syncToken: string }) & {
  /** `nextPageId` of the page before. */
  pageId?: string
}

export interface ContactSync {
  /** The windows of two syncs overlap: expect the same contact twice, and upsert by id. */
  contacts: Contact[]
  goneIds: string[]
  /**
   * For the next incremental sync. Of several pages keep the first one's: what changes while the
   * others are read comes again, rather than never.
   */
  syncToken: string | undefined
  syncTime: Date | undefined
  /** There is more. */
  nextPageId: string | undefined
}

export interface AddressBookApi {
  list(query?: ListContactsQuery): Promise<ContactPage>
  /** One page of at most 250. Throws SyncTokenExpiredError when only a full sync helps. */
  sync(query: SyncContactsQuery): Promise<ContactSync>
  create(fields: ContactFields): Promise<Contact>
  /** What is left out stays as it is, what is null is removed. */
  update(contactId: string, fields: ContactChange): Promise<Contact>
  /** One that is gone already is no error. */
  remove(contactId: string): Promise<void>
}

const syncAnswer = z.object({
  records: z.array(
    z.union([
      z
        .object({ id, availability: z.enum(['Deleted', 'Purged']) })
        .transform((record) => ({ goneId: record.id })),
      contact.transform((contact) => ({ contact })),
    ]),
  ),
  syncInfo: maybe(syncInfo),
  nextPageId: maybe(id),
})

export function createAddressBookApi(call: CallApi): AddressBookApi {
  const collection = extensionPath('/address-book/contact')

  return {
    async list({ perPage = 250, ...query } = {}) {
      const { records, nextPath } = await call({
        operation: 'addressBook.list',
        path: collection,
        query: { perPage, ...query },
        answer: pageOf(contact),
      })
      return { contacts: records, hasNextPage: nextPath !== undefined }
    },

    async sync({ type, ...query }) {
      const incremental = type === 'incremental'
      const { records, syncInfo, nextPageId } = await call({
        operation: 'addressBook.sync',
        path: extensionPath('/address-book-sync'),
        query: { syncType: incremental ? 'ISync' : 'FSync', perPage: 250, ...query },
        answer: syncAnswer,
      }).catch((error: unknown) => {
        throw incremental ? orDeadToken(error) : error
      })
      return {
        contacts: records.flatMap((record) => ('contact' in record ? [record.contact] : [])),
        goneIds: records.flatMap((record) => ('goneId' in record ? [record.goneId] : [])),
        syncToken: syncInfo?.syncToken,
        syncTime: syncInfo?.syncTime,
        nextPageId,
      }
    },

    create: (fields) =>
      call({
        operation: 'addressBook.create',
        method: 'POST',
        path: collection,
        body: fields,
        answer: contact,
      }),

    update: async (contactId, fields) =>
      call({
        operation: 'addressBook.update',
        method: 'PATCH',
        path: `${collection}/${segment(contactId)}`,
        body: fields,
        answer: contact,
      }),

    async remove(contactId) {
      await call({
        operation: 'addressBook.remove',
        method: 'DELETE',
        path: `${collection}/${segment(contactId)}`,
        answer: z.unknown(),
      }).catch((error: unknown) => {
        if (!isGone(error)) throw error
      })
    },
  }
}
