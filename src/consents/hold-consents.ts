import type { Tx } from '../db/client.ts'

/** One of the tenant's numbers and people on the other side. */
export type Pairs = { tenantId: string; number: string; others: readonly string[] }

/**
 * Holds what is known of some pairs of numbers until the commit: many may read it at once, one alone may
 * change it. A row could not be held before it is there. Taken after the lane and the message, before events.
 */
export async function holdConsents(
  tx: Tx,
  { tenantId, number, others }: Pairs,
  to: 'read' | 'change',
): Promise<void> {
  // In one order, so that two who hold several never wait for each other.
  const keys = others.map((other) => `consent ${tenantId} ${number} ${other}`).sort()
  if (to === 'read') {
    await tx.$queryRaw`
      SELECT count(pg_advisory_xact_lock_shared(hashtextextended(key, 0))) FROM unnest(${keys}::text[]) AS key`
  } else {
    await tx.$queryRaw`
      SELECT count(pg_advisory_xact_lock(hashtextextended(key, 0))) FROM unnest(${keys}::text[]) AS key`
  }
}
