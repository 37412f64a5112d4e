import type pg from 'pg'
import { withoutIndexes } from './without-indexes.ts'

/** Texts of one tenant with fifty numbers, in and out, one every ten seconds up to now. */
export async function fillMessages(
  db: pg.Client,
  tenantId: string,
  messages: number,
): Promise<void> {
  // What comes in is consistent by itself: no foreign keys are checked a million times over.
  await db.query('SET session_replication_role = replica')
  await db.query(
    `INSERT INTO "Extension" ("id", "tenantId", "extensionId", "rcAccountId", "connectedAt", "status", "name")
     SELECT 'ext_bench' || n, $1, (900000 + n)::text, '1', now(), 'REVOKED', 'Agent ' || n
     FROM generate_series(0, 49) AS n`,
    [tenantId],
  )
  await withoutIndexes(db, ['Message'], async () => {
    await db.query(
      `INSERT INTO "Message" ("id", "tenantId", "extensionRowId", "direction", "status", "from", "to", "text",
         "createdAt", "rcMessageId")
       SELECT 'msg_' || lpad(n::text, 26, '0'), $1, 'ext_bench' || n % 50,
         CASE WHEN isIn THEN 'INBOUND' ELSE 'OUTBOUND' END::"MessageDirection",
         CASE WHEN isIn THEN 'RECEIVED' ELSE 'DELIVERED' END::"MessageStatus",
         CASE WHEN isIn THEN customer ELSE number END, ARRAY[CASE WHEN isIn THEN number ELSE customer END],
         'Your order ' || n || ' is on its way, and should be with you tomorrow before noon.',
         date_trunc('second', now()) - n * interval '10 seconds', 'bench-' || n
       FROM (
         SELECT n, n % 5 < 3 AS isIn, '+1202' || 5550000 + n % 50 AS number,
           '+1415' || 5000000 + (n::bigint * 7919) % 50000 AS customer
         FROM generate_series(1, $2::int) AS n
       ) AS texts`,
      [tenantId, messages],
    )
  })
  await db.query('SET session_replication_role = DEFAULT')
  await db.query('VACUUM ANALYZE "Message"')
}
