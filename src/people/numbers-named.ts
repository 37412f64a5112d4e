import type { Db } from '../db/client.ts'
import { tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { asGateway } from '../lib/request-scope.ts'
import { patternOf, searchTerms } from './search-text.ts'

/** People of so many a kind are looked at: who finds more has to type more. */
const most = 100

/** The numbers, extension numbers too, of the people in contacts and directory whom a search finds. */
export async function numbersNamed(context: Context, search: string): Promise<string[]> {
  const tenantId = tenantOf(context)
  const patterns = searchTerms(search).map(patternOf)
  if (patterns.length === 0) return []
  // By indexes that are not used behind the wall. What is found is shown to nobody: it is looked for in what is.
  const [contacts, entries] = await asGateway(() =>
    Promise.all([
      found(context.db, 'Contact', tenantId, patterns),
      found(context.db, 'DirectoryEntry', tenantId, patterns),
    ]),
  )
  return [...new Set([...contacts, ...entries].flatMap(numbersOf))]
}

type Found = { phoneNumbers: string[]; extensionNumber: string | null }

function found(
  db: Db,
  table: 'Contact' | 'DirectoryEntry',
  tenantId: string,
  patterns: string[],
): Promise<Found[]> {
  return table === 'Contact'
    ? db.$queryRaw`
        SELECT "phoneNumbers", NULL AS "extensionNumber" FROM "Contact"
        WHERE "tenantId" = ${tenantId} AND "searchText" LIKE ALL (${patterns}::text[]) LIMIT ${most}`
    : db.$queryRaw`
        SELECT "phoneNumbers", "extensionNumber" FROM "DirectoryEntry"
        WHERE "tenantId" = ${tenantId} AND "searchText" LIKE ALL (${patterns}::text[]) LIMIT ${most}`
}

function numbersOf({ phoneNumbers, extensionNumber }: Found): string[] {
  return extensionNumber === null ? phoneNumbers : [...phoneNumbers, extensionNumber]
}
