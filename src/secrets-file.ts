import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { SealingKey } from './lib/sealer.ts'
import { createSecret } from './lib/secrets.ts'

/** The secrets that were not given: made once, kept in the data directory for its owner's eyes only. */
export async function ensureSecrets(
  config: Config,
): Promise<{ operatorKey: string; encryptionKeys: SealingKey[] }> {
  const { dataDir, operatorKey, encryptionKeys } = config
  return {
    operatorKey: operatorKey ?? (await keep(dataDir, 'operator-key', createSecret())),
    encryptionKeys:
      encryptionKeys.length > 0
        ? encryptionKeys
        : [
            {
              id: 'dev',
              key: Buffer.from(
                await keep(dataDir, 'encryption-key', randomBytes(32).toString('base64')),
                'base64',
              ),
            },
          ],
  }
}

/** The file's content; `fresh` if there is none yet. Of two processes at once, the first one decides. */
async function keep(dataDir: string, name: string, fresh: string): Promise<string> {
  await mkdir(dataDir, { recursive: true })
  const path = join(dataDir, name)
  await writeFile(path, `${fresh}\n`, { mode: 0o600, flag: 'wx' }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
  return (await readFile(path, 'utf8')).trim()
}
