import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'

export type Cluster = Awaited<ReturnType<typeof startCluster>>

const flags = [
  // A crash of Postgres, not of the machine, is what we play: what was handed to the system survives it.
  ...['-c', 'fsync=off', '-c', 'full_page_writes=off'],
  // Tells, to a microsecond, since when the others could know something.
  ...['-c', 'track_commit_timestamp=on'],
]

/** A Postgres of our own, which can be crashed: it comes back on the same port, as a failover would. */
export async function startCluster() {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringql-crash-'))
  const log = { info: () => undefined, warn: () => undefined }
  const postgres = await startEmbeddedPostgres({ dataDir, log, flags })
  let databases = 0

  return {
    url: postgres.url,

    async createDatabase(): Promise<string> {
      databases += 1
      const url = new URL(postgres.url)
      url.pathname = `/crash_${databases}`
      await once(postgres.url, `CREATE DATABASE crash_${databases}`)
      return url.href
    },

    /** Immediate shutdown: sessions are cut where they stand, and the write-ahead log is replayed. */
    async crash(): Promise<void> {
      const found = once(postgres.url, `SELECT pg_read_file('postmaster.pid') AS lines`)
      // Somebody else may be crashing it right now.
      const [file] = await found.catch(() => [])
      if (file) process.kill(Number.parseInt(file.lines, 10), 'SIGQUIT')
      for (const giveUpAt = Date.now() + 60_000; ; await sleep(50)) {
        const back = await once(postgres.url, 'SELECT 1').catch((error) => {
          if (Date.now() > giveUpAt) throw error
        })
        if (back) return
      }
    },

    async stop(): Promise<void> {
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function once(url: string, sql: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    void client.end().catch(() => undefined)
  }
}
