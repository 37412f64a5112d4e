import { createBatch } from '../graphql/batch.ts'
import { tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'

declare module '../graphql/context.ts' {
  interface Services {
    nameOf: NameOf
  }
}

/** One side of a message or a call, in the mailbox of an extension. */
export type NamedNumber = { number: string; extensionRowId: string }

export type NameOf = (context: Context, party: NamedNumber) => Promise<string | null>

/**
 * Who is behind a number: as the extension's own contacts have it, else as the directory has it. A number
 * that several people share names nobody. Two questions to the database for a whole page.
 */
export const nameOf: NameOf = createBatch<NamedNumber, string | null>(async (context, parties) => {
  const tenantId = tenantOf(context)
  const numbers = [...new Set(parties.map(({ number }) => number))]
  const extensionRowIds = [...new Set(parties.map(({ extensionRowId }) => extensionRowId))]
  const [contacts, entries] = await Promise.all([
    context.db.contact.findMany({
      where: {
        tenantId,
        extensionRowId: { in: extensionRowIds },
        phoneNumbers: { hasSome: numbers },
      },
      select: { name: true, phoneNumbers: true, extensionRowId: true },
    }),
    context.db.directoryEntry.findMany({
      where: {
        tenantId,
        OR: [{ phoneNumbers: { hasSome: numbers } }, { extensionNumber: { in: numbers } }],
      },
      select: { name: true, phoneNumbers: true, extensionNumber: true },
    }),
  ])
  return parties.map(({ number, extensionRowId }) => {
    const known = contacts.filter(
      (contact) =>
        contact.extensionRowId === extensionRowId && contact.phoneNumbers.includes(number),
    )
    const colleagues = entries.filter(
      (entry) => entry.phoneNumbers.includes(number) || entry.extensionNumber === number,
    )
    return onlyName(known) ?? onlyName(colleagues)
  })
})

function onlyName(found: readonly { name: string }[]): string | null {
  const names = new Set(found.map(({ name }) => name))
  return names.size === 1 ? (found[0]?.name ?? null) : null
}
