import { readFile } from 'node:fs/promises'
import pg from 'pg'

export type DatabaseCpu = Awaited<ReturnType<typeof watchDatabaseCpu>>

/**
 * What Postgres does for those who ask, by its own processes' counters: microseconds of processor for all connections
 * to the database whose name fits. Undefined where there is no /proc.
 */
export async function watchDatabaseCpu(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'bench-watch' })
  await client.connect()
  return {
    /** `applicationName`: a pattern of LIKE. */
    async read(applicationName: string): Promise<Map<number, number> | undefined> {
      const { rows } = await client.query<{ pid: number }>(
        'SELECT pid FROM pg_stat_activity WHERE application_name LIKE $1 AND pid <> pg_backend_pid()',
        [applicationName],
      )
      const used = await Promise.all(rows.map(async ({ pid }) => [pid, await cpuOf(pid)] as const))
      if (used.some(([, us]) => us === undefined)) return undefined
      return new Map(used as [number, number][])
    },
    close: () => client.end(),
  }
}

/** What was used in between. A connection that has come since then has used all of its own. */
export function usedBetween(
  before: Map<number, number> | undefined,
  after: Map<number, number> | undefined,
): number {
  if (!before || !after) return Number.NaN
  return [...after].reduce((sum, [pid, us]) => sum + us - (before.get(pid) ?? 0), 0)
}

async function cpuOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number(text.split(' ', 1)[0]) / 1_000
}
