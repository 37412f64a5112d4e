import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import { type Cluster, postgresEnvironment } from './cluster.ts'

/** The process that owns a cluster, whoever started it. */
export interface Postmaster {
  pid: number
  port: number
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // Its path may be 107 bytes at most, and nobody needs it.
  unix_socket_directories: '',
  max_connections: '300',
  TimeZone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] %a ',
}

/** Reads who runs the cluster from the file that Postgres keeps in it. */
export async function findPostmaster(cluster: Cluster): Promise<Postmaster | undefined> {
  const file = join(cluster.directory, 'postmaster.pid')
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (!pid || !port || !isAlive(pid)) return undefined
  const command = await commandLine(pid)
  if (command === undefined || command.includes(cluster.directory)) return { pid, port }
  // After a crash of the machine the number may have gone to a stranger, for whom Postgres would wait for ever.
  await rm(file, { force: true })
  return undefined
}

/** Starts Postgres in a session of its own: it outlives our terminal's Ctrl-C, and us. */
export async function launch(
  cluster: Cluster,
  binaries: Binaries,
  { port, flags }: { port: number; flags: string[] },
): Promise<ChildProcess> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = await openLog(cluster.logFile)
  try {
    const child = spawn(
      binaries.postgres,
      ['-D', cluster.directory, '-p', `${port}`, ...settings, ...flags],
      {
        ...cluster.account,
        cwd: '/',
        detached: true,
        env: postgresEnvironment(cluster),
        stdio: ['ignore', log.fd, log.fd],
      },
    )
    child.on('error', () => undefined)
    child.unref()
    return child
  } finally {
    await log.close()
  }
}

/** Fast shutdown: sessions are ended, what is committed is on disk. Returns when the process is gone. */
export async function stopPostmaster({ pid }: Postmaster): Promise<void> {
  signal(pid, 'SIGINT')
  for (let waited = 0; isAlive(pid); waited += 10) {
    // The next start recovers from the write-ahead log.
    if (waited === 15_000) signal(pid, 'SIGQUIT')
    if (waited > 20_000) throw new Error(`Postgres (process ${pid}) does not stop.`)
    await delay(10)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1.')
  return address.port
}

async function openLog(file: string) {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  )
  return open(file, size > 10_000_000 ? 'w' : 'a', 0o600)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux')
    return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  const asked = promisify(execFile)('ps', ['-o', 'command=', '-p', `${pid}`])
  return asked.then((answer) => answer.stdout).catch(() => undefined)
}
