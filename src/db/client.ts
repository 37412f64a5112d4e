import { PrismaPg } from '@prisma/adapter-pg'
import { type Prisma, PrismaClient } from './generated/client/client.ts'
import { type DatabaseOptions, poolConfig } from './pool.ts'

/** The database, outside a transaction. */
export type Db = PrismaClient
/** The database inside an interactive transaction. */
export type Tx = Prisma.TransactionClient

/** Connects lazily, with its own pool; who creates it ends it with `$disconnect()`. */
export function createDatabase(options: DatabaseOptions): Db {
  const adapter = new PrismaPg(poolConfig(options), {
    // A connection that breaks in mid-transaction is reported by the query that meets it; without a listener of
    // ours the event would end the process.
    onPoolError: () => undefined,
    onConnectionError: () => undefined,
  })
  // The longer formats print what was asked for, texts and tokens included, into every log.
  return new PrismaClient({ adapter, errorFormat: 'minimal' })
}
