import type { Tx } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { searchTextOf } from './search-text.ts'

/**
 * Brings what the directory says of somebody up to what was just changed at RingCentral, without waiting
 * for the next read. Who is not in the directory yet comes with that.
 */
export async function correctEntry(tx: Tx, extension: Extension): Promise<void> {
  const { tenantId, rcAccountId, extensionId, email, department, jobTitle } = extension
  const where = { tenantId_rcAccountId_extensionId: { tenantId, rcAccountId, extensionId } }
  const entry = await tx.directoryEntry.findUnique({ where })
  if (!entry) return
  const name = extension.name ?? entry.name
  const words = [name, entry.extensionNumber, email, department, jobTitle]
  await tx.directoryEntry.update({
    where,
    data: {
      name,
      email,
      department,
      jobTitle,
      searchText: searchTextOf(words, entry.phoneNumbers),
    },
  })
}
