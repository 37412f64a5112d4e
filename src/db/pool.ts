import pg from 'pg'

export interface DatabaseOptions {
  url: string
  /** Shown in pg_stat_activity. */
  applicationName: string
  poolSize: number
  /** How long a query may hear nothing at all; its connection is given up then. Not for what Prisma does. */
  silenceMs?: number
}

/** How every connection of ours behaves; `settings` of Postgres beside those that all have. */
export function poolConfig(
  { url, applicationName, poolSize, silenceMs }: DatabaseOptions,
  settings: Record<string, string> = {},
): pg.PoolConfig {
  // Left out, Prisma's adapter shifts every timestamptz by the session's offset from UTC, writing and reading.
  const all = { TimeZone: 'UTC', ...settings }
  return {
    connectionString: url,
    application_name: applicationName,
    max: poolSize,
    // Left out, a query waits for a free connection for ever.
    connectionTimeoutMillis: 5000,
    // A connection knows the plans of what it has done before: longer than the pauses between two texts of a quiet gateway.
    idleTimeoutMillis: 300_000,
    keepAlive: true,
    options: Object.entries(all)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    statement_timeout: 15_000,
    // What Postgres does not keep when it hangs, or is behind a network that swallows everything.
    ...(silenceMs && { query_timeout: silenceMs }),
    // A process that was stopped in mid-transaction holds its locks no longer than others wait for them.
    idle_in_transaction_session_timeout: 8_000,
    lock_timeout: 10_000,
  }
}

/** Connections without Prisma, for what it would be slow at. Connects lazily; who creates it ends it with `end()`. */
export function createPool(options: DatabaseOptions, settings?: Record<string, string>): pg.Pool {
  return surviving(new pg.Pool(poolConfig(options, settings)))
}

/**
 * A connection that breaks is reported by the next query; without a listener the event would end the process. The pool
 * listens to a connection that lies idle, a query to its own: between them nobody does, and Postgres may say goodbye in
 * the same packet as the answer to a query.
 */
export function surviving<Pool extends pg.Pool>(pool: Pool): Pool {
  const ignore = () => undefined
  pool.on('error', ignore)
  pool.on('connect', (client) => void client.on('error', ignore))
  return pool
}
