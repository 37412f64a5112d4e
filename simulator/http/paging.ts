import type { Exchange } from './exchange.ts'
import { readInteger } from './query.ts'

interface PagingOptions {
  /** The call log leaves them out, so a client that counts pages never ends or ends too soon. */
  totals: boolean
  defaultPerPage?: number
}

/** One page of `all` in RingCentral's list shape. Pages are counted from 1, records within from 0. */
export function paginate<T>(
  x: Exchange,
  all: readonly T[],
  render: (item: T) => unknown,
  options: PagingOptions,
) {
  const { query } = x
  const page = readInteger(query, 'page') ?? 1
  const asked = query.get('perPage')
  const perPage =
    asked === 'max'
      ? 1000
      : Math.min(readInteger(query, 'perPage') ?? options.defaultPerPage ?? 100, 1000)
  const start = (page - 1) * perPage
  const records = all.slice(start, start + perPage)
  const totalPages = Math.ceil(all.length / perPage)

  const uri = (number: number) => {
    const next = new URLSearchParams(query)
    next.set('page', String(number))
    next.set('perPage', String(perPage))
    return { uri: `${x.sim.baseUrl}${x.c.req.path}?${next}` }
  }

  return {
    uri: uri(page).uri,
    records: records.map(render),
    paging: {
      perPage,
      // Nothing found: RingCentral leaves these out.
      ...(records.length > 0 && { page, pageStart: start, pageEnd: start + records.length - 1 }),
      ...(options.totals && { totalPages, totalElements: all.length }),
    },
    navigation: {
      firstPage: uri(1),
      ...(page > 1 && { previousPage: uri(page - 1) }),
      ...(start + perPage < all.length && { nextPage: uri(page + 1) }),
      ...(options.totals && totalPages > 0 && { lastPage: uri(totalPages) }),
    },
  }
}
