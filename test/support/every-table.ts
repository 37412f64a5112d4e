import pg from 'pg'
import type { Db } from '../../src/db/client.ts'

/** A table whose rows belong to a tenant: by a column, or by the extension that they are of. */
export type OwnedTable = { name: string; column: string; owner: string }

type Column = { table: string; name: string; type: string; label: string | null; needed: boolean }

const ofExtension = `(SELECT "tenantId" FROM "Extension" WHERE "id" = "extensionRowId")`

/** Puts a row for each tenant into every table that belongs to tenants; answers which those are, and which do not. */
export async function fillEveryTable(databaseUrl: string, tenantIds: string[]) {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    const columns = await columnsOf(client)
    const tables = [...Map.groupBy(columns, ({ table }) => table)].map(([name, its]) => {
      const has = (column: string) => its.some((one) => one.name === column)
      if (name === 'Tenant') return { name, its, column: 'name', owner: '"id"' }
      if (has('tenantId')) return { name, its, column: 'tenantId', owner: '"tenantId"' }
      if (has('extensionRowId')) return { name, its, column: 'extensionRowId', owner: ofExtension }
      return { name, its, column: '', owner: '' }
    })
    const owned = tables.filter(({ owner }) => owner)
    // A row stands alone: what it names need not be there.
    await client.query('SET session_replication_role = replica')
    for (const tenantId of tenantIds) {
      for (const { name, its } of owned) {
        const needed = its.filter((one) => one.needed || one.name === 'tenantId')
        const values = needed.map((column) => valueFor(column, tenantId))
        await client.query(
          `INSERT INTO "${name}" (${needed.map((one) => `"${one.name}"`)}) VALUES (${values}) ON CONFLICT DO NOTHING`,
        )
      }
    }
    const others = tables.filter(({ owner }) => !owner).map(({ name }) => name)
    return { owned: owned satisfies OwnedTable[] as OwnedTable[], others }
  } finally {
    await client.end()
  }
}

/** Whose rows a table has, as it is shown to who asks. */
export async function ownersIn(db: Pick<Db, '$queryRawUnsafe'>, { name, owner }: OwnedTable) {
  const rows = await db.$queryRawUnsafe<{ owner: string }[]>(
    `SELECT DISTINCT ${owner} AS owner FROM "${name}" ORDER BY 1`,
  )
  return rows.map((row) => row.owner)
}

async function columnsOf(client: pg.Client): Promise<Column[]> {
  const { rows } = await client.query(`
    SELECT class.relname AS table, attname AS name, format_type(atttypid, NULL) AS type,
      (SELECT enumlabel FROM pg_enum WHERE enumtypid = atttypid ORDER BY enumsortorder LIMIT 1) AS label,
      attnotnull AND NOT atthasdef AS needed
    FROM pg_attribute JOIN pg_class AS class ON class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
      AND class.relname <> '_prisma_migrations'
    ORDER BY class.relname`)
  return rows
}

function valueFor({ table, name, type, label }: Column, tenantId: string): string {
  if (name === 'tenantId' || (table === 'Tenant' && name === 'id')) return `'${tenantId}'`
  if (name === 'extensionRowId' || (table === 'Extension' && name === 'id')) {
    return `'ext_of_${tenantId}'`
  }
  if (label) return `'${label}'`
  if (type.endsWith('[]')) return `'{}'`
  if (type.startsWith('timestamp')) return 'now()'
  if (type === 'jsonb') return `'{}'`
  if (type === 'bytea') return `'${tenantId}'::bytea`
  return type === 'text' ? `'${name} of ${tenantId}'` : '1'
}
