import { setTimeout as sleep } from 'node:timers/promises'
import pg, { type Client } from 'pg'
import { recordAudit } from '../audit/record-audit.ts'
import { createDatabase } from '../db/client.ts'
import { poolConfig } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import { minutes, seconds } from '../lib/clock.ts'
import { createSealer, headerOf, keyringOf, type SealingKey } from '../lib/sealer.ts'
import { checkKeys } from './check-keys.ts'
import { resealColumn, type Tally } from './reseal.ts'
import type { SealedColumn } from './sealed-column.ts'
import { readKeyUses, readStoredKeys, type StoredKey } from './stored-keys.ts'
import { createDataKey, unwrap, wrap } from './wrapped-key.ts'

export type Rotation = {
  databaseUrl: string
  encryptionKeys: readonly SealingKey[]
  columns: readonly SealedColumn[]
  report: (line: string) => void
  /** Stops it between two values; another run goes on. */
  signal?: AbortSignal
}

/** What cannot be done now, in a sentence for whoever runs the command. */
export class RotationRefusedError extends Error {
  override name = 'RotationRefusedError'
}

/** Processes notice a new data key within 15 s; until then they may seal with the former one. */
const stragglersMs = minutes(1)

/**
 * Makes a new data key, wraps all of them with the first encryption key, and seals every value anew, while the
 * gateway works. Cut off at any point, everything opens as before, and the next run goes on.
 *
 * @throws KeysRefusedError, RotationRefusedError
 */
export async function rotateKeys(rotation: Rotation): Promise<Tally> {
  const { databaseUrl, report } = rotation
  await checkKeys(databaseUrl, rotation)
  const config = poolConfig({ url: databaseUrl, applicationName: 'ringql-rotate', poolSize: 1 })
  const client = new pg.Client(config)
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query(
      `SELECT pg_try_advisory_lock(hashtextextended('ringql:rotate-keys', 0)) AS "taken"`,
    )
    if (!rows[0]?.taken) throw new RotationRefusedError('Another rotation of keys is under way.')
    const keys = await prepareKeys(client, rotation)
    report(`Values are sealed with ${keys.active.id} from now on.`)
    return await reseal(client, keys, rotation)
  } finally {
    await client.end()
  }
}

type Keys = { active: SealingKey; others: SealingKey[] }

/** The data keys, all of them under the first encryption key, with a new one in front unless a rotation was cut off. */
async function prepareKeys(client: Client, rotation: Rotation): Promise<Keys> {
  const { encryptionKeys, report } = rotation
  const [kek] = encryptionKeys
  if (!kek) throw new Error('There is no encryption key')
  const stored = await readStoredKeys(client)
  if (!stored) {
    throw new RotationRefusedError('The database has no data keys yet: start the gateway once.')
  }
  const before = stored.find((key) => key.active)
  const left = before ? await countLeft(client, before.id, rotation) : 0
  const goesOn = before?.kekId === kek.id && left > 0
  if (goesOn) report('Going on with a rotation that was begun before.')
  else await makeActive(rotation.databaseUrl, kek)

  let active: SealingKey | undefined
  const others: SealingKey[] = []
  let wrappedAnew = 0
  for (const row of (await readStoredKeys(client)) ?? []) {
    const key = unwrap(row, encryptionKeys)
    // One that nothing is sealed with, under a key that is gone: the check has looked.
    if (typeof key === 'string') continue
    if (row.active) active = key
    else others.push(key)
    if (row.kekId !== kek.id) wrappedAnew += await wrapAnew(client, row, key, kek)
  }
  report(`${wrappedAnew} data ${wrappedAnew === 1 ? 'key' : 'keys'} wrapped anew with ${kek.id}.`)
  if (!active) throw new Error('There is no active data key')
  return { active, others }
}

/** With its entry in the audit log: from now on nothing is sealed with the former one. */
async function makeActive(databaseUrl: string, kek: SealingKey) {
  const db = createDatabase({ url: databaseUrl, applicationName: 'ringql-rotate', poolSize: 1 })
  const made = wrap(createDataKey(), kek)
  try {
    await inTransaction(db, async (tx) => {
      await tx.dataKey.updateMany({ where: { active: true }, data: { active: false } })
      await tx.dataKey.create({ data: { ...made, active: true } })
      await recordAudit(tx, {
        action: 'ENCRYPTION_KEY_ROTATED',
        at: new Date(),
        tenantId: null,
        subjectId: made.id,
        details: { encryptionKey: kek.id },
      })
    })
  } finally {
    await db.$disconnect()
  }
}

async function wrapAnew(client: Client, row: StoredKey, key: SealingKey, kek: SealingKey) {
  const { kekId, wrapped } = wrap(key, kek)
  const { rowCount } = await client.query(
    'UPDATE "DataKey" SET "kekId" = $2, "wrapped" = $3 WHERE "id" = $1',
    [row.id, kekId, wrapped],
  )
  return rowCount ?? 0
}

/** In passes: what a process seals with the former key, before it has noticed, comes in the next one. */
async function reseal(client: Client, keys: Keys, rotation: Rotation): Promise<Tally> {
  const { encryptionKeys, columns, report, signal } = rotation
  const sealer = createSealer(keyringOf(keys.active, keys.others), encryptionKeys)
  const header = headerOf(keys.active.id)
  const total = await countLeft(client, keys.active.id, rotation)
  const tally: Tally = { total, resealed: 0, broken: [], left: total, stopped: false }
  for (const giveUpAt = Date.now() + stragglersMs; ; await sleep(seconds(1))) {
    tally.broken = []
    for (const column of columns) {
      await resealColumn(client, { column, sealer, header, tally, report, signal })
    }
    tally.stopped = signal?.aborted ?? false
    tally.left = await countLeft(client, keys.active.id, rotation)
    const isDone = tally.left <= tally.broken.length
    if (tally.stopped || isDone || Date.now() > giveUpAt) return tally
    report(`${tally.left} were sealed with a former key meanwhile.`)
  }
}

async function countLeft(client: Client, activeId: string, { columns }: Rotation) {
  const uses = await readKeyUses(client, columns)
  return uses.reduce((all, use) => all + (use.keyId === activeId ? 0 : use.values), 0)
}
