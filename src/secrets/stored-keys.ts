import type { ClientBase } from 'pg'
import { columnName, countByKey, type SealedColumn } from './sealed-column.ts'
import type { WrappedKey } from './wrapped-key.ts'

export type StoredKey = WrappedKey & { active: boolean }

/** How many values of a column say of themselves that they were sealed with a key. */
export type KeyUse = { column: SealedColumn; version: number; keyId: string; values: number }

/** The sealed columns that the database has: one that is older, or empty, has fewer. */
export async function existingColumns(
  client: ClientBase,
  columns: readonly SealedColumn[],
): Promise<SealedColumn[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_name || '.' || column_name AS "name" FROM information_schema.columns
     WHERE table_schema = current_schema()`,
  )
  const existing = new Set(rows.map(({ name }) => name))
  return columns.filter((column) => existing.has(columnName(column)))
}

export async function readKeyUses(
  client: ClientBase,
  columns: readonly SealedColumn[],
): Promise<KeyUse[]> {
  const uses: KeyUse[] = []
  for (const column of await existingColumns(client, columns)) {
    const { rows } = await client.query(countByKey(column))
    uses.push(...rows.map((row) => ({ column, ...row })))
  }
  return uses
}

/** Undefined: from before there were data keys. */
export async function readStoredKeys(client: ClientBase): Promise<StoredKey[] | undefined> {
  const { rows } = await client.query(`SELECT to_regclass('"DataKey"') AS "table"`)
  if (!rows[0]?.table) return undefined
  const stored = await client.query<StoredKey>(
    'SELECT "id", "kekId", "wrapped", "active" FROM "DataKey" ORDER BY "createdAt", "id"',
  )
  return stored.rows
}
