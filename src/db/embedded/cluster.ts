import { execFile } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Account, canReach, postgresAccount } from './account.ts'
import type { Binaries } from './binaries.ts'
import { temporaryHome } from './temporary-home.ts'

const run = promisify(execFile)

/** A Postgres data directory: where it lies, who runs it and how to enter it. */
export interface Cluster {
  directory: string
  logFile: string
  password: string
  account: Account
  /** What the person who started us should know about where the data went. */
  notice?: string
}

const SUPERUSER = 'ringql'

export function urlOf(cluster: Cluster, port: number, database: string): string {
  return `postgresql://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${database}`
}

/** Nothing of the caller's environment reaches Postgres: PG* variables would steer it, and ours hold secrets. */
export function postgresEnvironment(cluster: Cluster): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env
  return { PATH, SystemRoot, HOME: cluster.directory, LC_ALL: 'C', TZ: 'UTC' }
}

/** Settles where the cluster of a data directory lies, without touching it. */
export async function findCluster(dataDir: string): Promise<Cluster> {
  const root = resolve(dataDir)
  await mkdir(root, { recursive: true })
  const password = await ensurePassword(root)
  const logFile = join(root, 'postgres.log')
  const account = await postgresAccount(join(root, 'postgres'))
  if (await mayLiveIn(root, account)) {
    return { directory: join(root, 'postgres'), logFile, password, account }
  }
  // The password is part of the name: a data directory that was deleted and made again starts afresh here as well.
  const id = createHash('sha256').update(`${root}\n${password}`).digest('hex').slice(0, 16)
  const directory = join(await temporaryHome(account), id)
  const notice =
    `Postgres must not run as root, and the account it runs as instead cannot enter ${root}. ` +
    `The database is kept in ${directory}, which a reboot may empty. ` +
    'Set DATA_DIR to a directory that every user may enter, run as another user than root, or set DATABASE_URL.'
  return { directory, logFile, password, account, notice }
}

/** Makes the cluster unless it exists. Whole or absent, whatever kills us: it is built aside and renamed into place. */
export async function ensureCluster(cluster: Cluster, binaries: Binaries): Promise<void> {
  if (await exists(join(cluster.directory, 'PG_VERSION'))) return
  await sweepAbandoned(cluster.directory)
  const staging = `${cluster.directory}.new-${randomUUID()}`
  const passwordFile = `${staging}.password`
  try {
    await mkdir(staging, { mode: 0o700 })
    await writeFile(passwordFile, cluster.password, { mode: 0o600 })
    await lend(staging, cluster.account)
    await lend(passwordFile, cluster.account)
    await run(
      binaries.initdb,
      [
        ...[
          '--pgdata',
          staging,
          '--username',
          SUPERUSER,
          '--pwfile',
          passwordFile,
          '--auth',
          'scram-sha-256',
        ],
        // Postgres' own locale: the same order and case rules on every machine.
        ...[
          '--encoding',
          'UTF8',
          '--locale',
          'C',
          '--locale-provider',
          'builtin',
          '--builtin-locale',
          'C.UTF-8',
        ],
        '--no-instructions',
      ],
      { ...cluster.account, cwd: '/', env: postgresEnvironment(cluster) },
    )
    await rename(staging, cluster.directory)
  } catch (error) {
    // Another process was faster: its cluster is as good as ours.
    if (await exists(join(cluster.directory, 'PG_VERSION'))) return
    throw error
  } finally {
    await rm(passwordFile, { force: true })
    await rm(staging, { recursive: true, force: true })
  }
}

async function mayLiveIn(root: string, account: Account): Promise<boolean> {
  if (!account || (await canReach(account, root, 'x'))) return true
  if (!(await canReach(account, dirname(root), 'x'))) return false
  // Only our own directory is private: others may pass through it, though not look around.
  await chmod(root, ((await stat(root)).mode & 0o777) | 0o011)
  return canReach(account, root, 'x')
}

// Linked into place, so that of two processes starting together both use what the first one wrote, and all of it.
async function ensurePassword(root: string): Promise<string> {
  const file = join(root, 'postgres-password')
  if (!(await exists(file))) {
    const staging = `${file}.${randomUUID()}`
    await writeFile(staging, randomBytes(24).toString('base64url'), { mode: 0o600 })
    await link(staging, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    await rm(staging)
  }
  return (await readFile(file, 'utf8')).trim()
}

async function lend(path: string, account: Account): Promise<void> {
  if (account) await chown(path, account.uid, account.gid)
}

// What a process left that was killed during initdb. Ten minutes is longer than any initdb that still runs.
async function sweepAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(dirname(directory))) {
    const path = join(dirname(directory), name)
    if (!path.startsWith(`${directory}.new-`)) continue
    const found = await lstat(path).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > 600_000)
      await rm(path, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
