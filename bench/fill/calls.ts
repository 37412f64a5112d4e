import type pg from 'pg'
import { withoutIndexes } from './without-indexes.ts'

/** Whose log is filled. */
export type Owner = { tenantId: string; extensionRowId: string; rcAccountId: string }

const agents = 200

/**
 * A large company's log: calls of two years among two hundred agents and fifty thousand customers, most of
 * them answered, some missed or recorded, few faxed. The agents' rows are ours to invent; the owner is one of them.
 */
export async function fillCalls(db: pg.Client, owner: Owner, count: number): Promise<void> {
  await db.query(
    `INSERT INTO "Extension" ("id", "tenantId", "extensionId", "rcAccountId", "connectedAt", "status", "name")
     SELECT 'ext_bench' || n, $1, (900000 + n)::text, $2, now(), 'REVOKED', 'Agent ' || n
     FROM generate_series(1, ${agents}) AS n`,
    [owner.tenantId, owner.rcAccountId],
  )
  await withoutIndexes(db, ['Call'], async () => {
    await db.query(
      `INSERT INTO "Call" ("id", "tenantId", "rcAccountId", "extensionRowId", "extensionRowIds", "sessionKey",
         "telephonySessionId", "rcCallId", "status", "direction", "type", "action", "result", "rcResult",
         "isMissed", "isRecorded", "durationSeconds", "startedAt", "endedAt", "heardAt",
         "fromNumber", "fromName", "fromExtensionId", "toNumber", "toName", "toExtensionId", "parties", "legs")
       SELECT 'call_bench' || n, $1, $2, agent, ARRAY[agent], 's-bench-' || n, 's-bench-' || n, 'bench' || n,
         'ENDED', way::"CallDirection", kind, 'Phone Call', outcome::"CallResult", 'Accepted',
         outcome = 'MISSED', n % 50 = 0, long, start, start + long * interval '1 second', start,
         customer, NULL, NULL, number, agent, rc,
         jsonb_build_array(jsonb_build_object('id', 'p-' || n, 'direction', way, 'status', 'ENDED',
           'result', outcome, 'isMuted', false, 'extensionId', rc, 'number', number, 'name', agent,
           'startedAt', iso, 'answeredAt', NULL, 'endedAt', iso)),
         jsonb_build_array(jsonb_build_object('legType', 'Accept', 'direction', way, 'extensionId', rc,
           'from', jsonb_build_object('number', customer, 'name', NULL, 'extensionId', NULL),
           'to', jsonb_build_object('number', number, 'name', agent, 'extensionId', rc),
           'startedAt', iso, 'durationSeconds', long, 'rcResult', 'Accepted'))
       FROM (
         SELECT n, start, to_char(start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS iso,
           CASE WHEN n % 1000 = 1 THEN $3 ELSE 'ext_bench' || 1 + n % ${agents} END AS agent,
           (900000 + 1 + n % ${agents})::text AS rc, '+1202' || 5550000 + n % ${agents} AS number,
           '+1415' || 5000000 + (n::bigint * 7919) % 50000 AS customer,
           CASE WHEN n % 3 = 0 THEN 'OUTBOUND' ELSE 'INBOUND' END AS way,
           CASE WHEN n % 20000 = 7 THEN 'Fax' ELSE 'Voice' END AS kind,
           CASE WHEN n % 100000 = 5 THEN 'BLOCKED' WHEN n % 12 = 1 THEN 'MISSED' ELSE 'ANSWERED' END AS outcome,
           CASE WHEN n % 50000 = 9 THEN 7200 ELSE (n::bigint * 31) % 900 END AS long
         FROM (SELECT n, date_trunc('second', now()) - n * interval '63 seconds' AS start
               FROM generate_series(1, ${count}) AS n) AS times
       ) AS calls`,
      [owner.tenantId, owner.rcAccountId, owner.extensionRowId],
    )
  })
  await db.query(
    `INSERT INTO "CallPlace" ("tenantId", "callId", "extensionRowId", "startedAt")
     SELECT "tenantId", "id", "extensionRowId", "startedAt" FROM "Call" WHERE "id" LIKE 'call_bench%'`,
  )
  await db.query('ANALYZE "Call", "CallPlace"')
}
