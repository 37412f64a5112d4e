import { randomUUID } from 'node:crypto'
import type { Db, Tx } from './client.ts'

/** So many uses in a sliding window of time. */
export type BudgetLimit = { limit: number; windowMs: number }

export type BudgetTaken = { granted: true } | { granted: false; retryAfterMs: number }

/**
 * Takes one use of a budget that all processes share. Exact: the row's lock lets one caller at a time
 * count, and what it counts is the newest state. Within a transaction the use is given back on rollback.
 *
 * Callers may share a key with different limits: who has the lower one leaves the rest to the others.
 */
export async function takeFromBudget(
  db: Db | Tx,
  key: string,
  { limit, windowMs }: BudgetLimit,
): Promise<BudgetTaken> {
  const useId = randomUUID()
  const [row] = await db.$queryRaw<{ granted: boolean; retryAfterMs: number }[]>`
    INSERT INTO "Budget" AS budget ("key", "usedAt", "lastUseId")
    VALUES (${key}, ARRAY[clock_timestamp()], ${useId})
    ON CONFLICT ("key") DO UPDATE SET
      ("usedAt", "lastUseId") = (
        SELECT CASE WHEN open AND count(at) < ${limit}
                 THEN array_append(coalesce(array_agg(at ORDER BY at), '{}'), clock_timestamp()::timestamptz(3))
                 ELSE coalesce(array_agg(at ORDER BY at), '{}') END,
               CASE WHEN open AND count(at) < ${limit} THEN excluded."lastUseId" ELSE budget."lastUseId" END
        FROM (SELECT coalesce(budget."closedUntil" <= clock_timestamp(), true) AS open) AS state
        LEFT JOIN unnest(budget."usedAt") AS at
          ON at > clock_timestamp() - ${windowMs} * interval '1 millisecond'
        GROUP BY open
      )
    RETURNING "lastUseId" = ${useId} AS granted,
      extract(epoch FROM greatest(
        "closedUntil",
        "usedAt"[cardinality("usedAt") - ${limit}::int + 1] + ${windowMs} * interval '1 millisecond'
      ) - clock_timestamp())::float8 * 1000 AS "retryAfterMs"`
  if (!row || row.granted) return { granted: true }
  return { granted: false, retryAfterMs: Math.max(1, Math.ceil(row.retryAfterMs)) }
}

/** Nothing is granted for so long; of two closings the longer one counts. */
export async function closeBudget(db: Db | Tx, key: string, forMs: number): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "Budget" AS budget ("key", "usedAt", "closedUntil")
    VALUES (${key}, '{}', clock_timestamp() + ${forMs} * interval '1 millisecond')
    ON CONFLICT ("key") DO UPDATE
      SET "closedUntil" = greatest(budget."closedUntil", excluded."closedUntil")`
}
