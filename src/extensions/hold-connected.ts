import type { Tx } from '../db/client.ts'

/** Whether the extension is connected; if so, it stays until the commit. */
export async function holdConnected(tx: Tx, extensionRowId: string): Promise<boolean> {
  const held = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM "Extension" AS extension WHERE "id" = ${extensionRowId}
      AND EXISTS (SELECT 1 FROM "Grant" WHERE "extensionRowId" = extension."id")
    FOR NO KEY UPDATE`
  return held.length === 1
}
