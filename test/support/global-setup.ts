import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { migrate, pendingSchemaChanges } from '../../src/db/migrate.ts'
import { raiseWall } from '../../src/db/wall.ts'
import { createJobQueue } from '../../src/jobs/queue.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { jobs } from '../../src/workers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Postgres of this run, and the migrated database that createTestDatabase clones. */
    postgres: { url: string; template: string }
  }
}

const quiet = { info: () => undefined, warn: console.warn }
// Nothing of a test has to survive a power cut.
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap((flag) => [
  '-c',
  flag,
])

/** One Postgres for the whole run: TEST_DATABASE_URL, or an embedded one in a temporary folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using cleanup = new AsyncDisposableStack()
  let url = process.env.TEST_DATABASE_URL
  if (!url) {
    const dataDir = await mkdtemp(join(tmpdir(), 'ringql-test-'))
    cleanup.defer(() => rm(dataDir, { recursive: true, force: true }))
    cleanup.defer(stopWithProcess(dataDir))
    const postgres = await startEmbeddedPostgres({ dataDir, log: quiet, flags: FAST })
    cleanup.defer(() => postgres.stop())
    url = postgres.url
  }
  const template = `ringql_template_${randomUUID().slice(0, 8)}`
  const server = url
  await run(server, `CREATE DATABASE ${template}`)
  cleanup.defer(() => run(server, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`))
  await fill(databaseUrl(server, template))
  project.provide('postgres', { url: server, template })
  const kept = cleanup.move()
  return () => kept.disposeAsync()
}

// After Ctrl-C vitest leaves within a millisecond and tears nothing down, and our Postgres would not notice.
function stopWithProcess(dataDir: string): () => void {
  const stop = () => {
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
    if (existsSync(pidFile))
      process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGQUIT')
    const pause = new Int32Array(new SharedArrayBuffer(4))
    for (let i = 0; i < 200 && existsSync(pidFile); i += 1) Atomics.wait(pause, 0, 0, 10)
    rmSync(dataDir, { recursive: true, force: true })
  }
  process.once('exit', stop)
  return () => process.off('exit', stop)
}

async function fill(url: string): Promise<void> {
  const applied = await migrate(url)
  // Before the first migration is written, the schema itself has to do.
  if (applied.length === 0) await run(url, await pendingSchemaChanges(url))
  // A gateway that finds its queues starts in half the time.
  const queue = await createJobQueue({
    databaseUrl: url,
    jobs,
    works: false,
    logger: createLogger('silent'),
  })
  await queue.close()
  await raiseWall(url)
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function databaseUrl(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
