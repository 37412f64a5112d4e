import type { Tx } from '../db/client.ts'

/**
 * Deletes what was copied from RingCentral for extensions that are being disconnected: nobody keeps it
 * fresh any more, and it belongs to people who may not know of this gateway. User mappings stay.
 */
export async function forgetPeople(tx: Tx, extensionRowIds: string[]): Promise<void> {
  const those = { where: { extensionRowId: { in: extensionRowIds } } }
  await tx.contact.deleteMany(those)
  await tx.contactCopy.deleteMany(those)
  await tx.presence.deleteMany(those)
  // The directory of a company goes with the last of its people.
  await tx.$executeRaw`
    DELETE FROM "DirectoryEntry" AS entry USING "Extension" AS gone
    WHERE gone."id" = ANY(${extensionRowIds}) AND entry."tenantId" = gone."tenantId" AND entry."rcAccountId" = gone."rcAccountId"
      AND NOT EXISTS (SELECT 1 FROM "Extension" AS other JOIN "Grant" ON "Grant"."extensionRowId" = other."id"
        WHERE other."tenantId" = gone."tenantId" AND other."rcAccountId" = gone."rcAccountId")`
  await tx.$executeRaw`
    DELETE FROM "DirectoryCopy" AS copy USING "Extension" AS gone
    WHERE gone."id" = ANY(${extensionRowIds}) AND copy."tenantId" = gone."tenantId" AND copy."rcAccountId" = gone."rcAccountId"
      AND NOT EXISTS (SELECT 1 FROM "Extension" AS other JOIN "Grant" ON "Grant"."extensionRowId" = other."id"
        WHERE other."tenantId" = gone."tenantId" AND other."rcAccountId" = gone."rcAccountId")`
}
