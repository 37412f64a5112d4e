import type { Tx } from '../db/client.ts'

/** Puts calls where they belong in the logs of their extensions; for every call that is new, or has changed. */
export async function placeCalls(tx: Tx, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.$executeRaw`
    INSERT INTO "CallPlace" ("tenantId", "callId", "extensionRowId", "startedAt")
    SELECT "tenantId", "id", "whose", "startedAt"
    FROM "Call" CROSS JOIN unnest("extensionRowIds") AS "whose" WHERE "id" = ANY(${ids})
    ON CONFLICT ("callId", "extensionRowId") DO UPDATE SET "startedAt" = excluded."startedAt"
      WHERE "CallPlace"."startedAt" <> excluded."startedAt"`
}
