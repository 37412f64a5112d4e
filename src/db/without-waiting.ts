import type { Db, Tx } from './client.ts'
import { Prisma } from './generated/client/client.ts'

/**
 * A table to name in a statement that is a transaction by itself: its commit then does not wait for the disk. Whoever
 * acts on it commits something else first, which waits for both; without that, a crash of Postgres undoes it. Within a
 * transaction it does nothing: whatever else that does is promised to somebody.
 */
export function withoutWaiting(db: Db | Tx): Prisma.Sql {
  if (!('$connect' in db)) return Prisma.sql`(SELECT) AS "withoutWaiting"`
  return Prisma.sql`
    (SELECT set_config('synchronous_commit', 'off', true) AS "isOff") AS "withoutWaiting"`
}
