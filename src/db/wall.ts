import type pg from 'pg'
import type { Logger } from '../lib/logger.ts'
import { createPool } from './pool.ts'

/** Who asks on behalf of a tenant: a role that owns no table, and that row-level security therefore holds. */
export const tenantRole = 'ringql_tenant'

/** Tables that belong to a tenant without saying so: by the extension that they are of. */
const ofExtension = ['Grant', 'SendLane', 'SendPause']

/**
 * What all tenants share and requests use: a budget tells how often something was asked, and of nobody's things.
 * Tables that are neither here nor of a tenant are the gateway's own, and out of a request's reach.
 */
const shared: Record<string, string> = { Budget: 'SELECT, INSERT, UPDATE' }

const mine = `"tenantId" = current_setting('app.tenant', true)`

type Table = { name: string; belongs: boolean; isWalled: boolean }

/**
 * Raises the second wall, where it is not up yet: row-level security on every table that belongs to a tenant. What is
 * done on behalf of a tenant sees and changes rows of that tenant alone, whatever it asks for; the gateway itself sees
 * all. It goes by the tables that are there, so a new one cannot be forgotten.
 *
 * Where the database's user may not make a role, the gateway works without, and says so at every start: false.
 */
export function raiseWall(databaseUrl: string, log?: Pick<Logger, 'warn'>): Promise<boolean> {
  return oneByOne(databaseUrl, async (client) => {
    const obstacle = await ensureRole(client)
    if (obstacle) {
      log?.warn(`The second wall is down: ${obstacle}. How to raise it: docs/operations.md`)
      return false
    }
    const open = (await tablesOf(client)).filter(({ isWalled }) => !isWalled)
    // Together, the statements of a script are one transaction: no table is half walled.
    for (const table of open) await client.query(wallOf(table))
    if (open.length > 0) await client.query(countUp)
    return true
  })
}

/** Lets requests hand in jobs, and nothing else of the queue: whose jobs they are no column tells. */
export function openQueue(databaseUrl: string): Promise<void> {
  return oneByOne(databaseUrl, async (client) => {
    const { rows } = await client.query<{ script: string }>(`
      SELECT format('GRANT INSERT, SELECT (id, start_after) ON %s TO ${tenantRole};', relid::regclass) AS script
      FROM pg_partition_tree('pgboss.job') WHERE NOT has_table_privilege('${tenantRole}', relid, 'INSERT')
      UNION ALL
      SELECT 'GRANT USAGE ON SCHEMA pgboss TO ${tenantRole}; GRANT SELECT ON pgboss.queue TO ${tenantRole};'
      WHERE NOT has_table_privilege('${tenantRole}', 'pgboss.queue', 'SELECT')`)
    if (rows.length > 0) await client.query(rows.map(({ script }) => script).join('\n'))
  })
}

/** Works on a connection of its own; processes that start together come one after the other. */
async function oneByOne<Result>(
  databaseUrl: string,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const pool = createPool({ url: databaseUrl, applicationName: 'ringql-wall', poolSize: 1 })
  const client = await pool.connect()
  try {
    await client.query(`SELECT pg_advisory_lock(hashtext('ringql wall'))`)
    return await work(client)
  } finally {
    // With its connection the lock goes as well.
    client.release(true)
    await pool.end()
  }
}

/** Makes the role if there is none; what stands in the way, if it cannot be used. */
async function ensureRole(client: pg.PoolClient): Promise<string | undefined> {
  const find = () =>
    client.query(`SELECT rolsuper OR rolbypassrls AS "isFree" FROM pg_roles WHERE rolname = $1`, [
      tenantRole,
    ])
  const canBeUsed = () => succeeds(client, `BEGIN; SET LOCAL ROLE ${tenantRole}; ROLLBACK`)

  let found = await find()
  if (found.rows.length === 0) {
    // Roles are of the whole server: another database's gateway may make it at the same moment.
    await succeeds(client, `CREATE ROLE ${tenantRole} NOLOGIN`)
    found = await find()
  }
  if (found.rows.length === 0) return `the database's user may not make the role ${tenantRole}`
  if (found.rows[0].isFree) return `the role ${tenantRole} is free of row-level security`
  if (await canBeUsed()) return undefined
  await succeeds(client, `GRANT ${tenantRole} TO CURRENT_USER`)
  if (await canBeUsed()) return undefined
  return `the database's user is no member of the role ${tenantRole}`
}

async function succeeds(client: pg.PoolClient, script: string): Promise<boolean> {
  try {
    await client.query(script)
    return true
  } catch {
    await client.query('ROLLBACK')
    return false
  }
}

async function tablesOf(client: pg.PoolClient): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT class.relname AS name,
       class.relname IN ('Tenant', ${quoted(ofExtension)}) OR EXISTS (
         SELECT FROM pg_attribute WHERE attrelid = class.oid AND attname = 'tenantId' AND NOT attisdropped
       ) AS belongs,
       class.relrowsecurity AND class.relforcerowsecurity AND EXISTS (
         SELECT FROM pg_policy WHERE polrelid = class.oid AND polname = 'gateway'
           AND (SELECT oid FROM pg_roles WHERE rolname = current_user) = ANY (polroles)
       ) AND has_table_privilege('${tenantRole}', class.oid, 'SELECT') AS "isWalled"
     FROM pg_class AS class
     WHERE class.relnamespace = current_schema()::regnamespace AND class.relkind IN ('r', 'p')`,
  )
  return rows.filter(({ name, belongs }) => belongs || name in shared)
}

function wallOf({ name, belongs }: Table): string {
  if (!belongs) return `GRANT ${shared[name]} ON "${name}" TO ${tenantRole};`
  // Forced, so that it holds the owner too, who then has a policy of its own: whoever else comes sees nothing.
  return `
    ALTER TABLE "${name}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS tenant ON "${name}";
    DROP POLICY IF EXISTS gateway ON "${name}";
    CREATE POLICY tenant ON "${name}" TO ${tenantRole} USING (${conditionOf(name)});
    CREATE POLICY gateway ON "${name}" TO CURRENT_USER USING (true);
    GRANT SELECT, INSERT, UPDATE, DELETE ON "${name}" TO ${tenantRole};`
}

function conditionOf(name: string): string {
  if (name === 'Tenant') return `"id" = current_setting('app.tenant', true)`
  if (!ofExtension.includes(name)) return mine
  return `EXISTS (SELECT FROM "Extension" AS owner WHERE owner."id" = "extensionRowId" AND owner.${mine})`
}

/** Rows that are counted need their counters, which tell nothing of anybody. */
const countUp = `
  DO $$ BEGIN EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO ${tenantRole}', current_schema()); END $$`

const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')
