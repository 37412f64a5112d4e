import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whom Postgres runs as; undefined where it runs as we do. */
export type Account = { uid: number; gid: number } | undefined

const NOBODY = { uid: 65534, gid: 65534 }

/** Postgres refuses to run as root, so root lends it another account: the data's owner, `postgres`, or nobody. */
export async function postgresAccount(clusterDirectory: string): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined
  return (await ownerOf(clusterDirectory)) ?? (await find()) ?? (await create()) ?? NOBODY
}

/** Asks the system by trying, as that account: mode bits alone do not know about ACLs and mounts. */
export async function canReach(
  account: Account,
  path: string,
  access: 'x' | 'r',
): Promise<boolean> {
  return run('test', [`-${access}`, path], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  )
}

// Somebody may have run the gateway as themselves before they ran it as root.
async function ownerOf(path: string): Promise<Account> {
  const found = await stat(path).catch(() => undefined)
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined
}

async function find(): Promise<Account> {
  try {
    const [uid, gid] = await Promise.all([
      run('id', ['-u', 'postgres']),
      run('id', ['-g', 'postgres']),
    ])
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) }
  } catch {
    return undefined
  }
}

async function create(): Promise<Account> {
  // Refused when the group is there already, which is as good.
  await run('groupadd', ['--system', 'postgres']).catch(() => undefined)
  const user = ['--system', '--gid', 'postgres', '--no-create-home', '--home-dir', '/nonexistent']
  await run('useradd', [...user, '--shell', '/usr/sbin/nologin', 'postgres']).catch(() => undefined)
  return find()
}
