import { PrismaPg } from '@prisma/adapter-pg'
import { type Prisma, PrismaClient } from './generated/client/client.ts'

/** The database, outside a transaction. */
export type Db = PrismaClient
/** The database inside an interactive transaction. */
export type Tx = Prisma.TransactionClient

export interface DatabaseOptions {
  url: string
  /** Shown in pg_stat_activity. */
  applicationName: string
  poolSize: number
}

/** Connects lazily, with its own pool; who creates it ends it with `$disconnect()`. */
export function createDatabase({ url, applicationName, poolSize }: DatabaseOptions): Db {
  const adapter = new PrismaPg(
    {
      connectionString: url,
      application_name: applicationName,
      max: poolSize,
      // Left out, a query waits for a free connection for ever.
      connectionTimeoutMillis: 5000,
      keepAlive: true,
      // Left out, the adapter shifts every timestamptz by the session's offset from UTC, writing and reading.
      options: '-c TimeZone=UTC',
      statement_timeout: 15_000,
      // A process that was stopped in mid-transaction holds its locks no longer than others wait for them.
      idle_in_transaction_session_timeout: 8_000,
      lock_timeout: 10_000,
    },
    {
      // A connection that breaks in mid-transaction is reported by the query that meets it; without a listener of
      // ours the event would end the process.
      onPoolError: () => undefined,
      onConnectionError: () => undefined,
    },
  )
  // The longer formats print what was asked for, texts and tokens included, into every log.
  return new PrismaClient({ adapter, errorFormat: 'minimal' })
}
