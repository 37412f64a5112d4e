import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SealingKey } from '../../src/lib/sealer.ts'
import { createDataDir, follow } from './process.ts'

const command = fileURLToPath(new URL('../../src/rotate-keys.ts', import.meta.url))

/** ENCRYPTION_KEYS, as they stand in an environment. */
export const inEnvironment = (keys: readonly SealingKey[]) =>
  keys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',')

/** `npm run rotate-keys`, beside a gateway that works. */
export async function startRotation(databaseUrl: string, keys: readonly SealingKey[]) {
  const dataDir = await createDataDir()
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [command], {
    cwd: dataDir,
    env: {
      ...{ PATH, HOME, DATA_DIR: dataDir, DATABASE_URL: databaseUrl },
      OPERATOR_KEY: 'operator-key-of-the-rotation',
      ENCRYPTION_KEYS: inEnvironment(keys),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return follow(child)
}
