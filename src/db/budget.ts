import { randomUUID } from 'node:crypto'
import type { Db, Tx } from './client.ts'
import { Prisma } from './generated/client/client.ts'

/** So many uses in a sliding window of time. */
export type BudgetLimit = {
  limit: number
  windowMs: number
  /** The part of the limit that this caller may use; what is beyond is left to the others. */
  share?: number
  /** Not all at once when there is room, but evenly over the window, so that room comes back evenly. */
  evenly?: boolean
}

export type BudgetTaken = { granted: true } | { granted: false; retryAfterMs: number }

/** An even pace lets this part of a window's uses go within the same part of the window. */
const evenPart = 20

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
  { limit, windowMs, share = 1, evenly = false }: BudgetLimit,
): Promise<BudgetTaken> {
  const useId = randomUUID()
  const [row] = await db.$queryRaw<{ granted: boolean; retryAfterMs: number }[]>`
    INSERT INTO "Budget" AS budget ("key", "usedAt", "lastUseId")
    VALUES (${key}, ARRAY[clock_timestamp()], ${useId})
    ON CONFLICT ("key") DO UPDATE SET
      ("usedAt", "lastUseId") = (
        SELECT CASE WHEN granted
                 THEN array_append(used, clock_timestamp()::timestamptz(3)) ELSE used END,
               CASE WHEN granted THEN excluded."lastUseId" ELSE budget."lastUseId" END
        FROM (
          SELECT coalesce(array_agg(at ORDER BY at), '{}') AS used,
                 coalesce(budget."closedUntil" <= clock_timestamp(), true)
                   AND count(at) < ${allowed(limit, share)}
                   AND (NOT ${evenly} OR count(at) FILTER (
                     WHERE at > clock_timestamp() - ${length(windowMs)} / ${evenPart}::float8
                   ) < ${allowedAtOnce(limit, share)}) AS granted
          FROM (SELECT 1) AS always
          LEFT JOIN unnest(budget."usedAt") AS at ON at > clock_timestamp() - ${length(windowMs)}
        ) AS state
      )
    RETURNING "lastUseId" = ${useId} AS granted,
      extract(epoch FROM greatest(
        "closedUntil",
        "usedAt"[cardinality("usedAt") - ${allowed(limit, share)} + 1] + ${length(windowMs)},
        CASE WHEN ${evenly} THEN
          "usedAt"[cardinality("usedAt") - ${allowedAtOnce(limit, share)} + 1] + ${length(windowMs)} / ${evenPart}::float8
        END
      ) - clock_timestamp())::float8 * 1000 AS "retryAfterMs"`
  if (!row || row.granted) return { granted: true }
  return { granted: false, retryAfterMs: Math.max(1, Math.ceil(row.retryAfterMs)) }
}

const length = (windowMs: number) =>
  Prisma.sql`(coalesce(budget."windowMs", ${windowMs}::int) * interval '1 millisecond')`
const allowed = (limit: number, share: number) =>
  Prisma.sql`greatest(1, floor(coalesce(budget."limit", ${limit}::int) * ${share}::float8))::int`
const allowedAtOnce = (limit: number, share: number) =>
  Prisma.sql`ceil(${allowed(limit, share)} / ${evenPart}::float8)::int`

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
