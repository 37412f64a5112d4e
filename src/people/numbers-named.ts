import type { Db } from '../db/client.ts'
import { Prisma } from '../db/generated/client/client.ts'
import { tenantOf } from '../graphql/builder.ts'
import type { Context, Only } from '../graphql/context.ts'
import { onlyOf } from '../graphql/narrowing.ts'
import { asGateway } from '../lib/request-scope.ts'
import { patternOf, searchTerms } from './search-text.ts'

/** People of so many a kind are looked at: who finds more has to type more. */
const most = 100

/**
 * The numbers, extension numbers too, of the people in contacts and directory whom a search finds. A limited client token
 * finds by the contacts whose names it is shown: of its extensions, and of those that have its numbers.
 */
export async function numbersNamed(context: Context, search: string): Promise<string[]> {
  const tenantId = tenantOf(context)
  const patterns = searchTerms(search).map(patternOf)
  if (patterns.length === 0) return []
  // By indexes that are not used behind the wall. What is found is shown to nobody: it is looked for in what is.
  const [contacts, entries] = await asGateway(() =>
    Promise.all([
      inContacts(context.db, tenantId, patterns, onlyOf(context)),
      inDirectory(context.db, tenantId, patterns),
    ]),
  )
  return [...new Set([...contacts, ...entries].flatMap(numbersOf))]
}

type Found = { phoneNumbers: string[]; extensionNumber: string | null }

function inContacts(db: Db, tenantId: string, patterns: string[], only: Only | undefined) {
  return db.$queryRaw<Found[]>`
    SELECT "phoneNumbers", NULL AS "extensionNumber" FROM "Contact"
    WHERE "tenantId" = ${tenantId} AND "searchText" LIKE ALL (${patterns}::text[])
      AND ${only ? isOf(tenantId, only) : Prisma.sql`true`} LIMIT ${most}`
}

function isOf(tenantId: string, { extensionIds, numbers }: Only): Prisma.Sql {
  return Prisma.sql`("extensionRowId" = ANY(${extensionIds}::text[]) OR "extensionRowId" IN (
    SELECT "extensionRowId" FROM "PhoneNumber"
    WHERE "tenantId" = ${tenantId} AND "phoneNumber" = ANY(${numbers}::text[])))`
}

function inDirectory(db: Db, tenantId: string, patterns: string[]) {
  return db.$queryRaw<Found[]>`
    SELECT "phoneNumbers", "extensionNumber" FROM "DirectoryEntry"
    WHERE "tenantId" = ${tenantId} AND "searchText" LIKE ALL (${patterns}::text[]) LIMIT ${most}`
}

function numbersOf({ phoneNumbers, extensionNumber }: Found): string[] {
  return extensionNumber === null ? phoneNumbers : [...phoneNumbers, extensionNumber]
}
