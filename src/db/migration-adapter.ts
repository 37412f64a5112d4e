import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { CatalogPool, readsCatalog } from './catalog-pool.ts'

/** A migration with one of these cannot run in a transaction, or ends it half-way. */
export const NOT_ATOMIC = /\b(CONCURRENTLY|COMMIT|ROLLBACK|VACUUM|ALTER\s+SYSTEM)\b/i

/**
 * What the schema engine talks through. It stands in for @prisma/adapter-pg's own factory, which must not run
 * migrations: it cuts a script at every semicolon (so also in the middle of a function), spreads the pieces over a pool
 * (so the engine's advisory lock is held by a session that does nothing), and its shadow database is the real one
 * whenever the pool was made from a connection string.
 */
export class MigrationAdapterFactory
  implements SqlMigrationAwareDriverAdapterFactory, AsyncDisposable
{
  readonly provider = 'postgres'
  readonly adapterName = '@prisma/adapter-pg'
  readonly #url: string
  readonly #pools: pg.Pool[] = []

  constructor(databaseUrl: string) {
    this.#url = databaseUrl
  }

  async connect(): Promise<SqlDriverAdapter> {
    const { adapter, pool } = await this.#open(this.#url)
    adapter.executeScript = async (script) => {
      await run(pool, NOT_ATOMIC.test(script) ? script : `${script}\n;${RECORD}`)
    }
    return adapter
  }

  async connectToShadowDb(): Promise<SqlDriverAdapter> {
    const name = `ringql_shadow_${randomUUID().replaceAll('-', '')}`
    const admin = await this.#open(this.#url)
    await run(admin.pool, `CREATE DATABASE ${name} TEMPLATE template0`)
    const url = new URL(this.#url)
    url.pathname = `/${name}`
    const shadow = await this.#open(url.href)
    shadow.adapter.executeScript = (script) => run(shadow.pool, script)
    shadow.adapter.dispose = async () => {
      await run(admin.pool, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    }
    return shadow.adapter
  }

  // The engine does not dispose of what it opened, and an open pool would keep the process alive.
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.end()))
  }

  // One connection: the engine's lock and what it protects belong to one session.
  async #open(url: string): Promise<{ adapter: SqlDriverAdapter; pool: pg.Pool }> {
    const pool = new CatalogPool({
      connectionString: url,
      max: 1,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: 5000,
      application_name: 'ringql migrations',
      options: '-c TimeZone=UTC',
    })
    pool.on('error', () => undefined)
    this.#pools.push(pool)
    return { adapter: readsCatalog(await new PrismaPg(pool).connect()), pool }
  }
}

// Sent together, the statements of a script are one transaction. Writing down in the same one that it is done leaves no
// moment to be killed in: a migration without this mark never happened, and may be run again.
const RECORD =
  'UPDATE "_prisma_migrations" SET "finished_at" = clock_timestamp() WHERE "finished_at" IS NULL AND "rolled_back_at" IS NULL'

async function run(pool: pg.Pool, script: string): Promise<void> {
  try {
    await pool.query(script)
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    // By the real code, the engine would replace Postgres' own words with fewer.
    const message = `${error.message} (${error.code}${lineOf(script, error.position)})`
    const { severity = 'ERROR', detail, hint, column } = error
    throw new DriverAdapterError({
      kind: 'postgres',
      code: 'XX000',
      severity,
      message,
      detail,
      hint,
      column,
    })
  }
}

function lineOf(script: string, position: string | undefined): string {
  if (!position) return ''
  return `, line ${script.slice(0, Number(position)).split('\n').length}`
}
