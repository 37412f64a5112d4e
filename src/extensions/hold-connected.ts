import type { Tx } from '../db/client.ts'

/** Whether the extension is connected; if so, it stays until the commit. */
export async function holdConnected(tx: Tx, extensionRowId: string): Promise<boolean> {
  await tx.$queryRaw`SELECT 1 FROM "Extension" WHERE "id" = ${extensionRowId} FOR NO KEY UPDATE`
  // Not in the same statement: one that had to wait for a disconnect still sees the grant that is gone.
  return (await tx.grant.count({ where: { extensionRowId } })) === 1
}
