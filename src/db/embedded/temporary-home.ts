import { chmod, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Account, canReach } from './account.ts'

/** A directory of ours among the system's temporary ones which the account may enter. */
export async function temporaryHome(account: Account): Promise<string> {
  const uid = process.getuid?.() ?? 0
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    const home = join(parent, `ringql-${uid}`)
    if ((await isOurs(home, uid)) && (await canReach(account, home, 'x'))) return home
  }
  throw new Error(
    'No temporary directory is usable for the embedded Postgres; set DATABASE_URL instead.',
  )
}

// Anybody can make a directory under /tmp: one that belongs to somebody else could hold their idea of a Postgres.
async function isOurs(home: string, uid: number): Promise<boolean> {
  try {
    await mkdir(home).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    const found = await lstat(home)
    if (!found.isDirectory() || found.uid !== uid || found.mode & 0o022) return false
    await chmod(home, 0o711)
    return true
  } catch {
    return false
  }
}
