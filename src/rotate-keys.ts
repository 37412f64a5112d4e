// npm run rotate-keys
// Seals every secret anew, with a new data key under the first of ENCRYPTION_KEYS, while the gateway works.
import { existsSync } from 'node:fs'
import { ConfigError, loadConfig } from './config.ts'
import { createLogger } from './lib/logger.ts'
import { sealedColumns } from './sealed-columns.ts'
import { KeysRefusedError } from './secrets/key-errors.ts'
import { RotationRefusedError, rotateKeys } from './secrets/rotate.ts'
import { ensureSecrets } from './secrets-file.ts'
import { startDatabase } from './stand-ins.ts'

const stopping = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort())

try {
  process.exitCode = await main()
} catch (error) {
  if (error instanceof ConfigError) {
    console.error(error.message)
    for (const fault of error.faults) console.error(`  - ${fault}`)
  } else {
    const isPlain = error instanceof KeysRefusedError || error instanceof RotationRefusedError
    console.error('The keys were not rotated:', isPlain ? error.message : error)
  }
  process.exitCode = 1
}

async function main(): Promise<number> {
  if (existsSync('.env')) process.loadEnvFile()
  const config = loadConfig(process.env)
  const database = await startDatabase(config, createLogger(config.logLevel))
  try {
    const { encryptionKeys } = await ensureSecrets(config)
    const { resealed, broken, stopped, left } = await rotateKeys({
      databaseUrl: database.url,
      encryptionKeys,
      columns: sealedColumns,
      report: (line) => console.log(line),
      signal: stopping.signal,
    })
    for (const one of broken) {
      console.log(`${one} does not open: altered, or moved from another row. Connect it again.`)
    }
    if (stopped) console.log('Stopped. Run it again to go on.')
    else if (left > 0) console.log(`${left} values are left. Run it again.`)
    else
      console.log(`Done: ${resealed} values sealed anew; ${encryptionKeys[0]?.id} alone opens all.`)
    return stopped || left > 0 ? 1 : 0
  } finally {
    await database.stop()
  }
}
