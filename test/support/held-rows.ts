import pg from 'pg'
import type { Gateway } from './gateway.ts'

/** Another transaction, which holds what its `SELECT … FOR UPDATE` has locked until it is told to let go. */
export async function holdRows({ db, databaseUrl }: Gateway, select: string) {
  const other = new pg.Client(databaseUrl)
  await other.connect()
  await other.query('BEGIN')
  await other.query(select)
  return {
    /** How many stand still before a lock, of this transaction or of one that waits for it. */
    async waiting() {
      const [found] = await db.$queryRaw<{ waiting: number }[]>`
        SELECT count(*)::int AS waiting FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()`
      return found?.waiting
    },
    async letGo() {
      await other.query('COMMIT')
      await other.end()
    },
  }
}
