import { Prisma } from './generated/client/client.ts'

/**
 * A table to name in a statement that is a transaction by itself: its commit then does not wait for the disk. Whoever
 * acts on it commits something else first, which waits for both; without that, a crash of Postgres undoes it.
 */
export const withoutWaiting = Prisma.sql`
  (SELECT set_config('synchronous_commit', 'off', true) AS "isOff") AS "withoutWaiting"`
