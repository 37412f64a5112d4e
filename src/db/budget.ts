import type { Db, Tx } from './client.ts'
import { Prisma } from './generated/client/client.ts'
import { withoutWaiting } from './without-waiting.ts'

/** So many uses in a sliding window of time. */
export type BudgetLimit = {
  limit: number
  windowMs: number
  /** The part of the limit that this caller may use; what is beyond is left to the others. */
  share?: number
  /**
   * Not all at once when there is room, but evenly over the window, so that room comes back evenly. All uses
   * count, also those of others.
   */
  evenly?: boolean
}

/** `at`: when the use counts from, to tell it by: see settleUses. */
export type BudgetTaken = { granted: true; at: Date } | { granted: false; retryAfterMs: number }

/** Whoever goes evenly may be late by this part of a window, and makes up for it; so after a rest two go at once. */
export const evenLag = 1 / 30

/**
 * Takes one use of a budget that all processes share. Exact: the row's lock lets one caller at a time
 * count, and what it counts is the newest state. Within a transaction the use is given back on rollback.
 * What has been learned about the budget (`learnLimit`) counts, not what the caller expects.
 *
 * Callers may share a key with different shares: who has the lower one leaves the rest to the others.
 */
export async function takeFromBudget(
  db: Db | Tx,
  key: string,
  limit: BudgetLimit,
): Promise<BudgetTaken> {
  const [row] = await db.$queryRaw<{ granted: boolean; at: Date; retryAfterMs: number }[]>`
    SELECT taken.* FROM "takeFromBudget"(${budgetArguments(key, limit)}) AS taken, ${withoutWaiting(db)}`
  if (!row) throw new Error('A budget answered nothing')
  return row.granted ? { granted: true, at: row.at } : refused(row.retryAfterMs)
}

/** What the functions of the database that take from a budget have to know. */
export function budgetArguments(
  key: string,
  { limit, windowMs, share = 1, evenly = false }: BudgetLimit,
): Prisma.Sql {
  const lag = evenly ? evenLag : null
  return Prisma.sql`${key}, ${limit}::int, ${windowMs}::int, ${share}::float8, ${lag}::float8`
}

export function refused(retryAfterMs: number): BudgetTaken {
  return { granted: false, retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)) }
}

/** A use that was granted `at`, and from when it counts instead; null: it was not used. */
export type SettledUse = { at: Date; usedAt: Date | null }

/** Lets uses that were granted count from another moment, or not at all. */
export async function settleUses(
  db: Db | Tx,
  key: string,
  uses: readonly SettledUse[],
): Promise<void> {
  const granted = uses.map(({ at }) => at.toISOString())
  const used = uses.flatMap(({ usedAt }) => usedAt?.toISOString() ?? [])
  // One use of a moment is taken out for each that is named: several may have been granted at it.
  await db.$executeRaw`
    UPDATE "Budget" SET "usedAt" = (
      SELECT coalesce(array_agg(at ORDER BY at), '{}') FROM (
        (SELECT unnest("usedAt") AS at EXCEPT ALL SELECT unnest(${granted}::timestamptz(3)[]))
        UNION ALL SELECT unnest(${used}::timestamptz(3)[])
      ) AS settled
    )
    WHERE "key" = ${key}`
}

/** Remembers what a budget really is, as its owner tells; callers' own words for it count no more. */
export async function learnLimit(
  db: Db | Tx,
  key: string,
  { limit, windowMs }: { limit: number; windowMs: number },
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "Budget" AS budget ("key", "usedAt", "limit", "windowMs")
    VALUES (${key}, '{}', ${limit}::int, ${windowMs}::int)
    ON CONFLICT ("key") DO UPDATE SET "limit" = excluded."limit", "windowMs" = excluded."windowMs"
      WHERE (budget."limit", budget."windowMs") IS DISTINCT FROM (excluded."limit", excluded."windowMs")`
}

/** Nothing is granted for so long; of two closings the longer one counts. */
export async function closeBudget(db: Db | Tx, key: string, forMs: number): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "Budget" AS budget ("key", "usedAt", "closedUntil")
    VALUES (${key}, '{}', clock_timestamp() + ${forMs} * interval '1 millisecond')
    ON CONFLICT ("key") DO UPDATE
      SET "closedUntil" = greatest(budget."closedUntil", excluded."closedUntil")`
}
