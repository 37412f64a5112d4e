import pg from 'pg'
import type { Prisma } from './generated/client/client.ts'
import { forgetPrepared, preparedName } from './prepared.ts'

/**
 * Reads rows past Prisma, which takes longer over a page of fifty than Postgres: `Prisma.sql` with all values in it. Also those
 * that a function of the database answers, whatever it does: it is called once.
 */
export type ReadRows = <Row extends pg.QueryResultRow>(
  sql: Prisma.Sql,
  /** Whether the way to the rows depends on what exactly is looked for: it is then planned each time. */
  options?: { byValue?: boolean },
) => Promise<Row[]>

/** Reads on behalf of whoever asks, as Prisma does: see tenant-pool.ts. A statement is prepared once for each connection. */
export function createReadRows(pool: pg.Pool): ReadRows {
  return async <Row extends pg.QueryResultRow>(
    { text, values }: Prisma.Sql,
    { byValue = false }: { byValue?: boolean } = {},
  ) => {
    const client = await pool.connect()
    const ask = async () => {
      const name = byValue ? undefined : await preparedName(client, text)
      const { rows } = await client.query<Row>({ ...(name && { name }), text, values, types })
      return rows
    }
    try {
      const rows = await ask().catch(async (error) => {
        if (!isOutdated(error)) throw error
        await forgetPrepared(client, text)
        return ask()
      })
      client.release()
      return rows
    } catch (error) {
      // After an answer, a refusal too, the next one may ask; what else may have happened to it nobody knows.
      client.release(!(error instanceof pg.DatabaseError) && (error as Error))
      throw error
    }
  }
}

/** A newer process has changed a table meanwhile, or a function. Postgres finds that out before it does anything. */
const isOutdated = (error: unknown) =>
  error instanceof pg.DatabaseError &&
  error.code === '0A000' &&
  error.message === 'cached plan must not change result type'

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
