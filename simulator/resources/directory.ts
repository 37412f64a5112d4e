import { createHash } from 'node:crypto'
import { invalidParameter, notFound } from '../http/errors.ts'
import { accountPath, answer, type Exchange, setHeader } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { readFlag, readInteger, readList } from '../http/query.ts'
import type { Extension } from '../world/world.ts'
import { renderEntry } from './directory-entry.ts'

const path = `${accountPath}/directory/entries`

export const directoryOperations: Operation[] = [
  { method: 'GET', path, group: 'Medium', scope: 'ReadAccounts', handle: list },
  { method: 'GET', path: `${path}/:entryId`, group: 'Medium', scope: 'ReadAccounts', handle: read },
]

const usualPerPage = 1000
const mostPerPage = 2000
const types = [
  ...['User', 'Department', 'Announcement', 'Voicemail', 'SharedLinesGroup', 'PagingOnly'],
  ...['IvrMenu', 'ParkLocation', 'Limited', 'External', 'DelegatedLinesGroup', 'TieLine'],
]

/** Everybody of the account, and unless told otherwise of those that it is federated with. */
export function entriesOf({ sim, account }: Exchange, showFederated: boolean): Extension[] {
  const federated = showFederated && account.federated
  return [...sim.world.extensions.values()].filter(
    (one) =>
      one.accountId === account.id ||
      (federated && sim.world.accounts.get(one.accountId)?.federated),
  )
}

function list(x: Exchange): Response {
  const { query } = x
  const type = readList(query, 'type', types)?.[0]
  const group = readList(query, 'typeGroup', ['User', 'NonUser'])?.[0]
  const site = query.get('siteId')
  const found = entriesOf(x, readFlag(query, 'showFederated', true))
    .filter((one) => !type || one.type === type)
    .filter((one) => !group || (one.type === 'User') === (group === 'User'))
    .filter(() => !site || site === 'main-site')
  const page = pageOfEntries(x, found, query.get('perPage'), readInteger(query, 'page'))

  const etag = `"${createHash('sha1').update(JSON.stringify(page)).digest('base64url')}"`
  setHeader(x.c, 'ETag', etag)
  if (x.c.req.header('if-none-match') === etag) return x.c.body(null, 304)
  return answer(page)
}

/** Here `paging` comes without `navigation`. */
export function pageOfEntries(
  x: Exchange,
  found: Extension[],
  askedPerPage: string | number | null | undefined,
  page = 1,
) {
  const all = askedPerPage === 'max' || askedPerPage === 'all'
  const asked = all ? mostPerPage : Number(askedPerPage || usualPerPage)
  if (!Number.isInteger(asked) || asked < 1) throw invalidParameter('perPage')
  const perPage = Math.min(asked, mostPerPage)
  const start = (page - 1) * perPage
  const numbers = x.sim.world.numbersByExtension()
  const records = found.slice(start, start + perPage).map((one) => renderEntry(x, one, numbers))
  return {
    records,
    paging: {
      page,
      perPage,
      ...(records.length > 0 && { pageStart: start, pageEnd: start + records.length - 1 }),
      totalPages: Math.ceil(found.length / perPage),
      totalElements: found.length,
    },
  }
}

function read(x: Exchange): Response {
  const id = x.c.req.param('entryId')
  const found = entriesOf(x, true).find((one) => one.id === id)
  if (!found) throw notFound('entryId')
  return answer(renderEntry(x, found))
}
