import { idsByIndex } from '../db/by-index.ts'
import { createBatch } from '../graphql/batch.ts'
import { tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'

declare module '../graphql/context.ts' {
  interface Services {
    nameOf: NameOf
  }
}

/** One side of a message or a call. */
export type NamedParty = {
  /** Null when it is withheld, or not known. */
  number: string | null
  /** In whose mailbox or log it stands: their contacts count. Null when nobody's who is connected. */
  extensionRowId: string | null
  /** RingCentral's id, where RingCentral tells that it is a colleague. */
  extensionId?: string | null
}

export type NameOf = (context: Context, party: NamedParty) => Promise<string | null>

/**
 * Who a party is: as the extension's own contacts have the number, else as the directory has the colleague,
 * else the number. A number that several people share names nobody. Four questions to the database for
 * a whole page at most.
 */
export const nameOf: NameOf = createBatch<NamedParty, string | null>(async (context, parties) => {
  const tenantId = tenantOf(context)
  const numbers = distinct(parties.map(({ number }) => number))
  const extensionRowIds = distinct(parties.map(({ extensionRowId }) => extensionRowId))
  const extensionIds = distinct(parties.map(({ extensionId }) => extensionId))
  const { db } = context
  const [contactIds, entryIds] = await Promise.all([
    // By the index of numbers, each in turn: Postgres would compare every contact with all of them.
    idsByIndex(
      () => db.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT contact."id"
      FROM unnest(${numbers}::text[]) AS wanted("number")
      JOIN "Contact" AS contact ON contact."phoneNumbers" @> ARRAY[wanted."number"]
      WHERE contact."tenantId" = ${tenantId} AND contact."extensionRowId" = ANY(${extensionRowIds}::text[])`,
    ),
    idsByIndex(() =>
      db.directoryEntry.findMany({
        where: {
          tenantId,
          OR: [
            { extensionId: { in: extensionIds } },
            { phoneNumbers: { hasSome: numbers } },
            { extensionNumber: { in: numbers.filter((number) => !number.startsWith('+')) } },
          ],
        },
        select: { id: true },
      }),
    ),
  ])
  const [contacts, entries] = await Promise.all([
    contactIds.length === 0
      ? []
      : db.contact.findMany({
          where: { id: { in: contactIds } },
          select: { name: true, phoneNumbers: true, extensionRowId: true },
        }),
    entryIds.length === 0
      ? []
      : db.directoryEntry.findMany({
          where: { id: { in: entryIds } },
          select: { name: true, phoneNumbers: true, extensionNumber: true, extensionId: true },
        }),
  ])
  const contactsBy = byEach(contacts, (one) =>
    one.phoneNumbers.map((number) => `${one.extensionRowId} ${number}`),
  )
  const entriesBy = byEach(entries, (one) => [
    `is ${one.extensionId}`,
    ...distinct([...one.phoneNumbers, one.extensionNumber]),
  ])
  return parties.map(
    ({ number, extensionRowId, extensionId }) =>
      onlyName(contactsBy.get(`${extensionRowId} ${number}`)) ??
      onlyName(entriesBy.get(`is ${extensionId}`)) ??
      onlyName(entriesBy.get(`${number}`)),
  )
})

function distinct(values: readonly (string | null | undefined)[]): string[] {
  return [...new Set(values)].filter((value) => value != null)
}

function byEach<T>(found: readonly T[], keysOf: (one: T) => readonly string[]): Map<string, T[]> {
  const byKey = new Map<string, T[]>()
  for (const one of found) {
    for (const key of keysOf(one)) byKey.set(key, [...(byKey.get(key) ?? []), one])
  }
  return byKey
}

function onlyName(found: readonly { name: string }[] = []): string | null {
  const names = new Set(found.map(({ name }) => name))
  return names.size === 1 ? (found[0]?.name ?? null) : null
}
