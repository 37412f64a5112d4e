import type { Db } from '../db/client.ts'
import { seconds } from '../lib/clock.ts'
import { every } from '../lib/every.ts'
import type { Logger } from '../lib/logger.ts'
import { asGateway } from '../lib/request-scope.ts'
import type { Keyring, SealingKey } from '../lib/sealer.ts'
import { KeysRefusedError } from './key-errors.ts'
import { createDataKey, unwrap, wrap } from './wrapped-key.ts'

/** How long a process seals with a key that `rotate-keys` has replaced, if nothing tells it sooner. */
const readAgainMs = seconds(15)

export type DataKeys = Keyring & { close(): Promise<void> }

/**
 * The data keys of the database, in memory. The first process ever makes the first one. Others are made by
 * `rotate-keys`, which a process notices when it meets a value that was sealed with one, or within seconds.
 *
 * @throws KeysRefusedError when the active one does not open
 */
export async function openDataKeys({
  db,
  encryptionKeys,
  logger,
}: {
  db: Db
  encryptionKeys: readonly SealingKey[]
  logger: Logger
}): Promise<DataKeys> {
  const known = new Map<string, SealingKey>()
  let active: SealingKey | undefined

  async function read() {
    for (const row of await db.dataKey.findMany()) {
      const key = known.get(row.id) ?? unwrap(row, encryptionKeys)
      if (typeof key !== 'string') known.set(row.id, key)
      if (!row.active) continue
      if (typeof key !== 'string') active = key
      else if (!active) throw new KeysRefusedError([{ keyId: row.kekId, values: 0, is: key }])
      // Rotated with an encryption key that this process was not started with: what it has seals on.
      else
        logger.error({ reason: row.kekId }, 'ENCRYPTION_KEYS of this process lacks the active key')
    }
  }

  /** Of many who ask at once, whoever they ask for, one reads. */
  let reading: Promise<void> | undefined
  const readAgain = () => {
    reading ??= asGateway(read).finally(() => {
      reading = undefined
    })
    return reading
  }

  await read()
  if (!active) {
    await createFirst(db, encryptionKeys)
    await read()
  }
  const repeated = every(readAgainMs, readAgain, (error) =>
    logger.warn({ err: error }, 'The data keys could not be read again'),
  )

  return {
    active() {
      if (!active) throw new Error('There is no active data key')
      return active
    },
    async find(id) {
      if (!known.has(id)) await readAgain()
      return known.get(id)
    },
    close: () => repeated.close(),
  }
}

/** Of two processes that start at once, one makes it: a partial unique index allows one active key. */
async function createFirst(db: Db, [kek]: readonly SealingKey[]) {
  if (!kek) throw new Error('There is no encryption key')
  await db.dataKey.createMany({
    data: { ...wrap(createDataKey(), kek), active: true },
    skipDuplicates: true,
  })
}
