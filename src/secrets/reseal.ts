import type { Client } from 'pg'
import { type Sealer, UnknownKeyError, UnsealError } from '../lib/sealer.ts'
import {
  columnName,
  placeOf,
  replaceValue,
  type SealedColumn,
  type SealedRow,
  selectRows,
} from './sealed-column.ts'

/** How far a rotation has come. */
export type Tally = {
  total: number
  resealed: number
  /** What no key opens, by column and row. */
  broken: string[]
  /** What is still sealed with another key, the broken ones among it. */
  left: number
  stopped: boolean
}

const batchSize = 200

/**
 * Seals anew what does not begin with `header`. Each value by itself and only in the place of its old bytes: a
 * refresh that comes in between stays, and nobody waits for a lock of ours.
 */
export async function resealColumn(
  client: Client,
  work: {
    column: SealedColumn
    sealer: Sealer
    header: Buffer
    tally: Tally
    report: (line: string) => void
    signal: AbortSignal | undefined
  },
): Promise<void> {
  const { column, header, tally, report, signal } = work
  const others = selectRows(
    column,
    (sealed) => `substring(${sealed} FROM 1 FOR length($1::bytea)) <> $1 AND "${column.key}" > $2`,
  )
  for (let after = ''; ; ) {
    const { rows } = await client.query<SealedRow>(`${others} LIMIT ${batchSize}`, [header, after])
    for (const row of rows) {
      if (signal?.aborted) return
      await resealRow(client, row, work)
      after = row.key
    }
    if (rows.length > 0) {
      report(`${columnName(column)}: ${tally.resealed} of ${tally.total} values sealed anew`)
    }
    if (rows.length < batchSize) return
  }
}

async function resealRow(
  client: Client,
  row: SealedRow,
  { column, sealer, tally }: { column: SealedColumn; sealer: Sealer; tally: Tally },
): Promise<void> {
  const place = placeOf(column, row)
  try {
    const sealed = sealer.seal(await sealer.open(row.sealed, place), place)
    const { rowCount } = await client.query(replaceValue(column), [row.key, row.sealed, sealed])
    tally.resealed += rowCount ?? 0
  } catch (error) {
    const isBroken = error instanceof UnsealError || error instanceof UnknownKeyError
    if (!isBroken) throw error
    tally.broken.push(`${columnName(column)} of ${row.key}`)
  }
}
