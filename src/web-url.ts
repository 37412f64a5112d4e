import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

// On a developer's machine nobody sets PUBLIC_URL. The web process leaves word in the data directory,
// for it is the worker beside it that tells RingCentral where to post.
const file = (dataDir: string) => join(dataDir, 'web-url')

export async function leaveWebUrl(dataDir: string, url: string): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  await writeFile(file(dataDir), `${url}\n`)
}

/** @throws Error when no web process was ever started on this data directory */
export function findWebUrl(dataDir: string): string {
  try {
    return readFileSync(file(dataDir), 'utf8').trim()
  } catch (cause) {
    throw new Error(
      'Where is the web process? Start one on the same DATA_DIR, or set PUBLIC_URL.',
      {
        cause,
      },
    )
  }
}
