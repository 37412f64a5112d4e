import type { SealContext } from '../lib/sealer.ts'

/** A column that holds sealed values, and how the place that each is bound to is found in its row. */
export type SealedColumn = {
  table: string
  column: string
  /** The primary key. */
  key: string
  /** SQL, in the row's own words. */
  tenantId: string
  rowId: string
  /** What the values are sealed as: `GrantRelease` holds those of a `Grant`. */
  sealedAs: Pick<SealContext, 'table' | 'column'>
}

export type SealedRow = { key: string; tenantId: string; rowId: string; sealed: Buffer }

const quoted = (name: string) => `"${name}"`

export const columnName = ({ table, column }: SealedColumn) => `${table}.${column}`

/** The rows that hold something under a condition, which is told how the column is called. */
export function selectRows(column: SealedColumn, condition: (sealed: string) => string): string {
  const sealed = quoted(column.column)
  return `SELECT ${quoted(column.key)} AS "key", ${column.tenantId} AS "tenantId", ${column.rowId} AS "rowId", ${sealed} AS "sealed"
    FROM ${quoted(column.table)} WHERE ${condition(sealed)}
    ORDER BY ${quoted(column.key)}`
}

/** How many values there are of each version and key, as they say in front. */
export function countByKey(column: SealedColumn): string {
  const sealed = quoted(column.column)
  return `SELECT get_byte(${sealed}, 0) AS "version", count(*)::int AS "values",
      encode(substring(${sealed} FROM 3 FOR get_byte(${sealed}, 1)), 'escape') AS "keyId"
    FROM ${quoted(column.table)} WHERE length(${sealed}) > 2 GROUP BY 1, 3`
}

/** Puts `$3` in the place of `$2`, if that is still there. */
export function replaceValue(column: SealedColumn): string {
  const sealed = quoted(column.column)
  return `UPDATE ${quoted(column.table)} SET ${sealed} = $3
    WHERE ${quoted(column.key)} = $1 AND ${sealed} = $2`
}

export function placeOf({ sealedAs }: SealedColumn, row: SealedRow): SealContext {
  return { ...sealedAs, tenantId: row.tenantId, rowId: row.rowId }
}
