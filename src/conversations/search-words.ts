import type { Db } from '../db/client.ts'
import { Prisma } from '../db/generated/client/client.ts'
import type { Only } from '../graphql/context.ts'

/** So many of the newest messages are looked through one by one: a word that is common is in them. */
const newestCount = 2_000
/** So many are looked through where the newest promise enough in them; to ask the index is quicker than more. */
const mostOneByOne = 14_000
/** So many times as far back the index is asked next, before it is asked for all that there is. */
const farther = 20
/** What is in so many conversations of late need not be looked for any farther: the largest page. */
const enough = 100

type Found = { conversationId: string }
/** Whose messages are looked through; `only`: those of them that who asks is limited to. */
type Whose = { tenantId: string; only: Only | undefined }

/**
 * The conversations in whose messages words are found, each at the beginning of a word: of the newest `most` messages.
 * An index finds all messages with a word, and of a common word that may be half of the table: so it is asked last, and
 * how common a word is, the newest messages tell.
 */
export async function searchWords(
  db: Db,
  whose: Whose,
  search: string,
  most: number,
): Promise<string[]> {
  const words = search.match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length === 0) return []
  const query = words.map((word) => `${word}:*`).join(' & ')
  const oneByOne = (count: number) => amongNewest(db, whose, words, query, { count, most })
  const isEnough = (found: readonly Found[]) =>
    found.length === most || distinct(found).length >= enough

  const newest = await oneByOne(newestCount)
  if (isEnough(newest)) return distinct(newest)
  const since = await shortlyBefore(db, whose.tenantId)
  if (!since) return distinct(newest)
  // So many would have to be looked through if the older ones were like these; and somewhat more.
  const needed = (1.3 * newestCount * enough) / distinct(newest).length
  if (needed <= mostOneByOne) {
    const newer = await oneByOne(Math.ceil(needed))
    if (isEnough(newer)) return distinct(newer)
  }
  if (needed <= farther * newestCount) {
    const recent = await byIndex(db, whose, query, most, Prisma.sql`"createdAt" >= ${since}`)
    if (isEnough(recent)) return distinct(recent)
  }
  return distinct(await byIndex(db, whose, query, most, Prisma.sql`true`))
}

function amongNewest(
  db: Db,
  { tenantId, only }: Whose,
  words: readonly string[],
  query: string,
  { count, most }: { count: number; most: number },
): Promise<Found[]> {
  // Cheaper than to take each text apart, which is left for what has the letters.
  const letters = words.map((word) => `%${word}%`)
  return db.$queryRaw`
    SELECT "conversationId" FROM (
      SELECT "conversationId", "text", "extensionRowId", "direction", "from", "to"
      FROM "Message" WHERE "tenantId" = ${tenantId}
      ORDER BY "createdAt" DESC, "id" DESC LIMIT ${count}) AS newest
    WHERE "conversationId" IS NOT NULL AND ${isWithin(only)} AND "text" ILIKE ALL (${letters}::text[])
      AND to_tsvector('simple', "text") @@ to_tsquery('simple', ${query})
    LIMIT ${most}`
}

/** A moment some times as far back as the newest messages reach; undefined when they are all that there are. */
async function shortlyBefore(db: Db, tenantId: string): Promise<Date | undefined> {
  const [newest, oldest] = await Promise.all([
    nthNewest(db, tenantId, 0),
    nthNewest(db, tenantId, newestCount),
  ])
  if (!newest || !oldest) return undefined
  return new Date(newest.getTime() - farther * (newest.getTime() - oldest.getTime()))
}

async function nthNewest(db: Db, tenantId: string, skip: number): Promise<Date | undefined> {
  const found = await db.message.findFirst({
    where: { tenantId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    skip,
    select: { createdAt: true },
  })
  return found?.createdAt
}

function byIndex(
  db: Db,
  { tenantId, only }: Whose,
  query: string,
  most: number,
  within: Prisma.Sql,
): Promise<Found[]> {
  // In an order that no index has: to walk one, taking apart text after text, is what Postgres would like.
  return db.$queryRaw`
    SELECT "conversationId" FROM "Message"
    WHERE "tenantId" = ${tenantId} AND "conversationId" IS NOT NULL AND ${within} AND ${isWithin(only)}
      AND to_tsvector('simple', "text") @@ to_tsquery('simple', ${query})
    ORDER BY "createdAt" + interval '0' DESC LIMIT ${most}`
}

/** What `whereMessageWithin` says, in SQL. */
function isWithin(only: Only | undefined): Prisma.Sql {
  if (!only) return Prisma.sql`true`
  const { extensionIds, numbers } = only
  return Prisma.sql`("extensionRowId" = ANY(${extensionIds}::text[])
    OR "direction" = 'OUTBOUND' AND "from" = ANY(${numbers}::text[])
    OR "direction" = 'INBOUND' AND "to" && ${numbers}::text[])`
}

function distinct(found: readonly Found[]): string[] {
  return [...new Set(found.map(({ conversationId }) => conversationId))]
}
