import pg from 'pg'
import { createSealer, keyringOf, type SealingKey } from '../../src/lib/sealer.ts'
import { readStoredKeys } from '../../src/secrets/stored-keys.ts'
import { unwrap } from '../../src/secrets/wrapped-key.ts'

/** The key of every gateway that a test starts. */
export const testKey = { id: 'test', key: Buffer.alloc(32, 7) }

/** Seals and opens as the gateways of a database do, with the data key that they have now. */
export async function storedSealer(databaseUrl: string, encryptionKey: SealingKey = testKey) {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    const active = (await readStoredKeys(client))?.find((key) => key.active)
    const key = active && unwrap(active, [encryptionKey])
    if (!key || typeof key === 'string') throw new Error('There is no data key that opens')
    return createSealer(keyringOf(key), [encryptionKey])
  } finally {
    await client.end()
  }
}
