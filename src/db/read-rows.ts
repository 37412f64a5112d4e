import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Prisma } from './generated/client/client.ts'

/**
 * Reads rows past Prisma, which takes longer over a page of fifty than Postgres: `Prisma.sql` with all values in it. Also those
 * that a function of the database answers, whatever it does: it is called once.
 */
export type ReadRows = <Row extends pg.QueryResultRow>(
  sql: Prisma.Sql,
  /** Whether the way to the rows depends on what exactly is looked for: it is then planned each time. */
  options?: { byValue?: boolean },
) => Promise<Row[]>

/** Each is kept by each connection. What is put together in more ways than these is planned each time. */
const mostPrepared = 200

/** Reads on behalf of whoever asks, as Prisma does: see tenant-pool.ts. A statement is prepared once for each connection. */
export function createReadRows(pool: pg.Pool): ReadRows {
  const names = new Map<string, string>()

  function nameOf(text: string): string | undefined {
    const known = names.get(text)
    if (known !== undefined || names.size >= mostPrepared) return known
    const name = `rows-${createHash('sha256').update(text).digest('base64url').slice(0, 24)}`
    names.set(text, name)
    return name
  }

  return async <Row extends pg.QueryResultRow>(
    { text, values }: Prisma.Sql,
    { byValue = false }: { byValue?: boolean } = {},
  ) => {
    const name = byValue ? undefined : nameOf(text)
    const { rows } = await pool.query<Row>({ ...(name && { name }), text, values, types })
    return rows
  }
}

const [timestamptz, texts] = [1184, 1009]

/** The usual forms of what there is most of, read without the usual care. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    const usual = pg.types.getTypeParser(oid, format as 'text')
    if (format === 'binary') return usual
    if (oid === timestamptz) return (value: string) => dateOf(value) ?? usual(value)
    if (oid === texts) return (value: string) => textsOf(value) ?? usual(value)
    return usual
  },
} as pg.CustomTypesConfig

/** `2026-01-31 09:30:00.123+00`, as the connections of ours write it: see pool.ts. */
function dateOf(value: string): Date | undefined {
  if (value.charCodeAt(10) !== 0x20 || !value.endsWith('+00')) return undefined
  return new Date(`${value.slice(0, 10)}T${value.slice(11, -3)}Z`)
}

/** `{a,b}`, unless one of them is quoted, or may be no text at all. */
function textsOf(value: string): string[] | undefined {
  if (value === '{}') return []
  return /["\\]|NULL/.test(value) ? undefined : value.slice(1, -1).split(',')
}
