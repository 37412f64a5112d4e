import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { SealingKey } from '../../src/lib/sealer.ts'
import { createDataDir } from './process.ts'

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
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  const exited = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    exited,
    get output() {
      return output
    },
    kill: (signal: NodeJS.Signals) => child.kill(signal),
  }
}
