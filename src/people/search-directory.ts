import { idsByIndex } from '../db/by-index.ts'
import type { Db } from '../db/client.ts'
import { type DirectoryEntry, Prisma } from '../db/generated/client/client.ts'
import { asGateway } from '../lib/request-scope.ts'
import { fold, patternOf, searchTerms } from './search-text.ts'

/** Longer than any name, mail address or number. */
export const longestSearch = 200

/** A page of the people whom a search finds, the best matches first; of everybody by name without a search. */
export async function searchDirectory(
  db: Db,
  tenantId: string,
  search: string | null | undefined,
  { limit, offset }: { limit: number; offset: number },
): Promise<DirectoryEntry[]> {
  const page = Prisma.sql`${searchSql(tenantId, search)} LIMIT ${limit} OFFSET ${offset}`
  const ids = await idsByIndex(() => db.$queryRaw<{ id: string }[]>(page))
  const found = await db.directoryEntry.findMany({ where: { id: { in: ids } } })
  const byId = new Map(found.map((entry) => [entry.id, entry]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

export async function countDirectory(
  db: Db,
  tenantId: string,
  search: string | null | undefined,
): Promise<number> {
  const [row] = await asGateway(
    () => db.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM "DirectoryEntry" WHERE ${whereSql(tenantId, search)}`,
  )
  return row?.count ?? 0
}

/**
 * Best first: whose extension number or mail address it is, whose name begins so, who has a word that
 * begins so, and then who merely contains it.
 */
export function searchSql(tenantId: string, search: string | null | undefined): Prisma.Sql {
  const terms = searchTerms(search ?? '')
  const whole = terms.join(' ')
  const beginning = `${whole.replace(/[\\%_]/g, '\\$&')}%`
  const rank = Prisma.sql`
    CASE WHEN "extensionNumber" = ${whole} OR lower("email") = ${fold(search ?? '').trim()} THEN 0
         WHEN "searchText" LIKE ${` ${beginning}`} THEN 1
         WHEN "searchText" LIKE ${`% ${beginning}`} THEN 2
         ELSE 3 END,`
  return Prisma.sql`
    SELECT * FROM "DirectoryEntry" WHERE ${whereSql(tenantId, search)}
    ORDER BY ${terms.length > 0 ? rank : Prisma.empty} "name", "id"`
}

function whereSql(tenantId: string, search: string | null | undefined): Prisma.Sql {
  const conditions = [
    Prisma.sql`"tenantId" = ${tenantId}`,
    ...searchTerms(search ?? '').map((term) => Prisma.sql`"searchText" LIKE ${patternOf(term)}`),
  ]
  // A search of nothing but signs finds nobody, rather than everybody.
  if (search?.trim() && conditions.length === 1) conditions.push(Prisma.sql`false`)
  return Prisma.join(conditions, ' AND ')
}
