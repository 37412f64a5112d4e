import pg, { type ClientBase } from 'pg'
import { poolConfig } from '../db/pool.ts'
import { createSealer, headerOf, keyringOf, type SealingKey, versions } from '../lib/sealer.ts'
import { type KeyProblem, KeysRefusedError } from './key-errors.ts'
import { placeOf, type SealedColumn, type SealedRow, selectRows } from './sealed-column.ts'
import { type KeyUse, readKeyUses, readStoredKeys } from './stored-keys.ts'
import { unwrap } from './wrapped-key.ts'

type Sealing = { encryptionKeys: readonly SealingKey[]; columns: readonly SealedColumn[] }

/**
 * Whether what is stored can be opened with these keys, before anything is written. Each data key has to be there, and is
 * opened for it, and where values were sealed with an encryption key itself, one of them.
 *
 * @throws KeysRefusedError, which says what is missing, and how many values need it
 */
export async function checkKeys(databaseUrl: string, sealing: Sealing): Promise<void> {
  const config = poolConfig({ url: databaseUrl, applicationName: 'ringql-keys', poolSize: 1 })
  const client = new pg.Client(config)
  // A connection that breaks is reported by the query that meets it.
  client.on('error', () => undefined)
  await client.connect()
  try {
    // One moment of the database: keys may be rotated meanwhile. Read only, as it promises.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const problems = await findProblems(client, sealing)
    if (problems.length > 0) throw new KeysRefusedError(problems)
  } finally {
    await client.end()
  }
}

async function findProblems(client: ClientBase, sealing: Sealing): Promise<KeyProblem[]> {
  const { encryptionKeys, columns } = sealing
  const uses = await readKeyUses(client, columns)
  const problems = new Map<string, KeyProblem>()
  const note = (keyId: string, is: KeyProblem['is'], values: number) => {
    const before = problems.get(keyId)?.values ?? 0
    problems.set(keyId, { keyId, is, values: before + values })
  }

  const storedKeys = (await readStoredKeys(client)) ?? []
  for (const stored of storedKeys) {
    const opened = unwrap(stored, encryptionKeys)
    const values = sum(usesOf(uses, versions.dataKey, stored.id))
    if (typeof opened !== 'string') continue
    // One that seals nothing any more is nobody's need; one that is opened wrongly says that the key is wrong.
    if (stored.active || values > 0 || opened === 'wrong') note(stored.kekId, opened, values)
  }

  const named = new Set(usesOf(uses, versions.dataKey).map(({ keyId }) => keyId))
  for (const keyId of named) {
    const values = sum(usesOf(uses, versions.dataKey, keyId))
    // One value alone may have been altered, which is no fault of the keys.
    if (values > 1 && !storedKeys.some(({ id }) => id === keyId)) note(keyId, 'lost', values)
  }

  const direct = new Set(usesOf(uses, versions.encryptionKey).map(({ keyId }) => keyId))
  for (const keyId of direct) {
    const of = usesOf(uses, versions.encryptionKey, keyId)
    const key = encryptionKeys.find(({ id }) => id === keyId)
    if (!key) note(keyId, 'missing', sum(of))
    else if (!(await opensAny(client, of, key))) note(keyId, 'wrong', sum(of))
  }
  return [...problems.values()]
}

/** Some are tried: one may have been altered, which is no fault of the key. */
async function opensAny(client: ClientBase, uses: KeyUse[], key: SealingKey): Promise<boolean> {
  const sealer = createSealer(keyringOf(key), [key])
  const header = headerOf(key.id, versions.encryptionKey)
  for (const { column } of uses) {
    const canaries = selectRows(
      column,
      (sealed) => `substring(${sealed} FROM 1 FOR length($1::bytea)) = $1`,
    )
    const { rows } = await client.query<SealedRow>(`${canaries} LIMIT 20`, [header])
    for (const row of rows) {
      const opened = sealer.open(row.sealed, placeOf(column, row))
      if (await opened.then(Boolean, () => false)) return true
    }
  }
  return false
}

function usesOf(uses: readonly KeyUse[], version: number, keyId?: string): KeyUse[] {
  return uses.filter(
    (use) => use.version === version && (keyId === undefined || use.keyId === keyId),
  )
}

const sum = (uses: readonly KeyUse[]) => uses.reduce((all, { values }) => all + values, 0)
