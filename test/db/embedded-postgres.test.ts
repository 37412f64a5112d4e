import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'

let dataDir: string
let started: EmbeddedPostgres[] = []
let children: ChildProcess[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ringql-embedded-'))
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  // Also joins, and so ends, what a test killed the owner of.
  await start()
  await Promise.all(started.map((postgres) => postgres.stop()))
  started = []
  children = []
})

afterAll(() => rm(dataDir, { recursive: true, force: true }))

test('processes that start together make one Postgres, and the last one to leave stops it', async () => {
  const [child, ours] = await Promise.all([startChild(), start()])
  expect(child.url).toBe(ours.url)
  await ours.stop()
  expect(await query(child.url, 'SELECT 1 AS up')).toEqual([{ up: 1 }])
  await leave(child.process)
  await expect(query(child.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
})

test('what was written is there again after a restart', async () => {
  const first = await start()
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  const settings = await query(
    first.url,
    `SELECT current_setting('TimeZone') AS zone, current_setting('server_encoding') AS encoding,
            current_setting('listen_addresses') AS addresses, current_setting('max_connections') AS connections`,
  )
  expect(settings).toEqual([
    { zone: 'UTC', encoding: 'UTF8', addresses: '127.0.0.1', connections: '300' },
  ])
  await first.stop()
  await expect(query(first.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')

  const second = await start()
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

test('the password is kept for its owner alone, and needed', async () => {
  const postgres = await start()
  expect((await stat(join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600)
  const url = new URL(postgres.url)
  url.password = 'guessed'
  await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
})

test('what a killed process left running is joined, and stopped in its stead', async () => {
  const child = await startChild()
  child.process.kill('SIGKILL')
  await once(child.process, 'exit')
  expect(await query(child.url, 'SELECT 1 AS up')).toEqual([{ up: 1 }])

  const heir = await start()
  expect(heir.url).toBe(child.url)
  await heir.stop()
  await expect(query(heir.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
})

test('a start that meets a stop waits for it and starts anew', async () => {
  const first = await start()
  const [, second] = await Promise.all([first.stop(), start()])
  expect(await query(second.url, 'SELECT 1 AS up')).toEqual([{ up: 1 }])
})

test('a process id left behind by a crash of the machine does not block the start', async () => {
  const first = await start()
  const pidFile = join(await directoryOf(first), 'postmaster.pid')
  const left = await readFile(pidFile, 'utf8')
  await first.stop()
  // Somebody else has got the number meanwhile: us.
  await writeFile(pidFile, left.replace(/^\d+/, `${process.pid}`))
  const second = await start()
  expect(await query(second.url, 'SELECT 1 AS up')).toEqual([{ up: 1 }])
})

test('a Postgres that dies is started again at the same address', async () => {
  const postgres = await start()
  const [pid] = (await readFile(join(await directoryOf(postgres), 'postmaster.pid'), 'utf8')).split(
    '\n',
  )
  process.kill(Number(pid), 'SIGKILL')
  await expect
    .poll(() => query(postgres.url, 'SELECT 1 AS up').catch(() => 'down'), { timeout: 10_000 })
    .toEqual([{ up: 1 }])
})

test('a stop that meets a Postgres that just died leaves nothing running', async () => {
  const postgres = await start()
  const pidFile = join(await directoryOf(postgres), 'postmaster.pid')
  process.kill(Number.parseInt(await readFile(pidFile, 'utf8'), 10), 'SIGKILL')
  await postgres.stop()
  await expect(query(postgres.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/)
})

async function start(): Promise<EmbeddedPostgres> {
  const quiet = { info: () => undefined, warn: () => undefined }
  const postgres = await startEmbeddedPostgres({ dataDir, log: quiet, flags: ['-c', 'fsync=off'] })
  started.push(postgres)
  return postgres
}

async function startChild(): Promise<{ process: ChildProcess; url: string }> {
  const script = fileURLToPath(new URL('embedded-child.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = await once(child.stdout, 'data')
  return { process: child, url: String(line).trim() }
}

async function leave(child: ChildProcess): Promise<void> {
  child.stdin?.end()
  await once(child, 'exit')
}

async function directoryOf(postgres: EmbeddedPostgres): Promise<string> {
  const [row] = await query(postgres.url, 'SHOW data_directory')
  return String(row?.data_directory)
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  // A server that is killed is what some of these tests are about.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await Promise.race([client.end(), delay(500)])
  }
}
