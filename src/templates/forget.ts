import type { Tx } from '../db/client.ts'

/**
 * Deletes what was copied of RingCentral's templates for extensions that are being disconnected: nobody
 * keeps it fresh any more. The company's go with the last of its people; the tenant's own stay.
 */
export async function forgetTemplates(tx: Tx, extensionRowIds: string[]): Promise<void> {
  await tx.messageTemplate.deleteMany({ where: { extensionRowId: { in: extensionRowIds } } })
  await tx.$executeRaw`
    DELETE FROM "MessageTemplate" AS template USING "Extension" AS gone
    WHERE gone."id" = ANY(${extensionRowIds}) AND template."source" = 'RINGCENTRAL'
      AND template."tenantId" = gone."tenantId" AND template."rcAccountId" = gone."rcAccountId"
      AND NOT EXISTS (SELECT 1 FROM "Extension" AS other JOIN "Grant" ON "Grant"."extensionRowId" = other."id"
        WHERE other."tenantId" = gone."tenantId" AND other."rcAccountId" = gone."rcAccountId")`
}
