import type { Tx } from '../db/client.ts'

/** One at a time for each session, always in the same order: what is read of them stays true until the commit. */
export async function lockSessions(tx: Tx, tenantId: string, keys: string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT count(pg_advisory_xact_lock(hashtextextended(${tenantId} || ' ' || key, 0)))
    FROM (SELECT key FROM unnest(${keys}::text[]) AS key ORDER BY key) AS keys`
}
