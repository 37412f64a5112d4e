import type { Db } from '../db/client.ts'
import { Prisma } from '../db/generated/client/client.ts'

/** Longer than anything that somebody remembers of a conversation. */
export const longestSearch = 200
/** Matches of each kind that are looked at, the newest: a common word must not read the whole table. */
const most = 1_000
/** Fewer digits than a trigram are in nearly every number. */
const fewestDigits = 3

/**
 * The conversations that a search finds: by a part of a participant's number, by the numbers of people whose names
 * match (`named`), and by words of the messages, each of which must begin a word of one message.
 */
export async function searchConversations(
  db: Db,
  tenantId: string,
  search: string,
  named: readonly string[],
): Promise<string[]> {
  const found = await Promise.all([
    byNumber(db, tenantId, search),
    byParticipants(db, tenantId, named),
    byWords(db, tenantId, search),
  ])
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

async function byWords(db: Db, tenantId: string, search: string): Promise<string[]> {
  const words = search.match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length === 0) return []
  const query = words.map((word) => `${word}:*`).join(' & ')
  const found = await db.$queryRaw<{ conversationId: string }[]>(Prisma.sql`
    SELECT DISTINCT "conversationId" FROM (
      SELECT "conversationId" FROM "Message"
      WHERE "tenantId" = ${tenantId} AND "conversationId" IS NOT NULL
        AND to_tsvector('simple', "text") @@ to_tsquery('simple', ${query})
      ORDER BY "createdAt" DESC LIMIT ${most}) AS newest`)
  return found.map(({ conversationId }) => conversationId)
}
