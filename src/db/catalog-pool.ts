import { ColumnTypeEnum, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import pg from 'pg'

// Postgres' catalog tells the kinds of constraints in its internal one-byte type, "char" (18), which @prisma/adapter-pg
// refuses to read: the schema engine could not look at a database with a foreign key or a CHECK. So the pool passes such
// columns off as text, and the adapter above it calls them characters again, which is what the engine asks for.

const INTERNAL_CHAR = 18
const TEXT = 25

const charColumns = new WeakMap<object, number[]>()

export class CatalogPool extends pg.Pool {
  constructor(config: pg.PoolConfig) {
    super(config)
    const query = this.query.bind(this) as (...args: unknown[]) => Promise<pg.QueryResult>
    this.query = async (...args: unknown[]): Promise<never> => {
      const result = await query(...args)
      // A script of several statements answers with a list of results, which nobody reads.
      const columns: number[] = []
      for (const [index, field] of (result.fields ?? []).entries()) {
        if (field.dataTypeID !== INTERNAL_CHAR) continue
        field.dataTypeID = TEXT
        columns.push(index)
      }
      if (columns.length > 0) charColumns.set(result.rows, columns)
      return result as never
    }
  }
}

export function readsCatalog(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query)
    for (const index of charColumns.get(result.rows) ?? [])
      result.columnTypes[index] = ColumnTypeEnum.Character
    return result
  }
  return adapter
}
