import type { Db } from '../db/client.ts'
import type { Only } from '../graphql/context.ts'
import { asGateway } from '../lib/request-scope.ts'
import { searchWords } from './search-words.ts'

/** Longer than anything that somebody remembers of a conversation. */
export const longestSearch = 200
/** Matches of each kind that are looked at, the newest: a common word must not read the whole table. */
const most = 500
/** Fewer digits than a trigram are in nearly every number. */
const fewestDigits = 3

/**
 * The conversations that a search finds: by a part of a participant's number, by the numbers of people whose names
 * match (`named`), and by words of the messages, each of which must begin a word of one message: one that who is limited
 * to `only` sees.
 */
export async function searchConversations(
  db: Db,
  tenantId: string,
  search: string,
  { named, only }: { named: Promise<readonly string[]>; only: Only | undefined },
): Promise<string[]> {
  const numbers = await named
  // By indexes that are not used behind the wall, and for ids alone: see db/by-index.ts.
  const found = await asGateway(() =>
    Promise.all([
      byNumber(db, tenantId, search),
      byParticipants(db, tenantId, numbers),
      searchWords(db, { tenantId, only }, search, most),
    ]),
  )
  return [...new Set(found.flat())]
}

async function byNumber(db: Db, tenantId: string, search: string): Promise<string[]> {
  if (!/^[+()\d\s./-]+$/.test(search)) return []
  const digits = search.replace(/\D/g, '').replace(/^0+/, '')
  if (digits.length < fewestDigits) return []
  const found = await db.conversation.findMany({
    where: { tenantId, searchText: { contains: digits } },
    orderBy: { lastMessageAt: 'desc' },
    take: most,
    select: { id: true },
  })
  return found.map(({ id }) => id)
}

async function byParticipants(db: Db, tenantId: string, numbers: readonly string[]) {
  if (numbers.length === 0) return []
  const found = await db.conversation.findMany({
    where: { tenantId, participants: { hasSome: [...numbers] } },
    orderBy: { lastMessageAt: 'desc' },
    take: most,
    select: { id: true },
  })
  return found.map(({ id }) => id)
}
