import { invalidParameter } from '../http/errors.ts'
import { addressOf, answer, type Exchange, extensionPath } from '../http/exchange.ts'
import { digits, time } from '../http/json.ts'
import type { Operation } from '../http/operation.ts'
import { readInteger } from '../http/query.ts'
import { syncOverlapMs } from '../http/sync-token.ts'
import { renderContact } from './contacts.ts'

export const addressBookSyncOperations: Operation[] = [
  {
    method: 'GET',
    path: `${extensionPath}/address-book-sync`,
    group: 'Heavy',
    scope: 'ReadContacts',
    handle: sync,
  },
]

const most = 250

/** The one sync that pages: `nextPageId` leads on until it is missing. */
function sync(x: Exchange): Response {
  const { sim, extension, query } = x
  const of = `contacts of ${extension.id}`
  const syncType = query.get('syncType') ?? (query.has('syncToken') ? 'ISync' : 'FSync')
  if (syncType !== 'FSync' && syncType !== 'ISync') throw invalidParameter('syncType')

  const found =
    syncType === 'FSync'
      ? sim.contacts.alive(extension.id)
      : sim.contacts.changedSince(extension.id, since(x, of))
  const perPage = Math.min(readInteger(query, 'perPage') ?? most, most)
  const page = readInteger(query, 'pageId') ?? 1
  const records = found.slice((page - 1) * perPage, page * perPage)
  const now = sim.clock.now()
  return answer({
    uri: addressOf(x, '/address-book-sync'),
    records: records.map((contact) =>
      contact.availability === 'Alive'
        ? renderContact(x, contact)
        : { id: digits(contact.id), availability: contact.availability },
    ),
    syncInfo: {
      syncType,
      syncToken: sim.syncTokens.issue({ of, at: now, query: '' }),
      syncTime: time(now),
    },
    ...(page * perPage < found.length && nextPage(x, page + 1)),
  })
}

function since(x: Exchange, of: string): number {
  return x.sim.syncTokens.read(of, x.query.get('syncToken') ?? '').at - syncOverlapMs
}

function nextPage(x: Exchange, page: number) {
  const next = new URLSearchParams(x.query)
  next.set('pageId', String(page))
  return { nextPageId: page, nextPageUri: `${x.sim.baseUrl}${x.c.req.path}?${next}` }
}
