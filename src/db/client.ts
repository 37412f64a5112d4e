import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { type Prisma, PrismaClient } from './generated/client/client.ts'
import { keepBatchesApart } from './own-batches.ts'
import { type DatabaseOptions, poolConfig, surviving } from './pool.ts'
import { TenantPool } from './tenant-pool.ts'

/** The database, outside a transaction. */
export type Db = PrismaClient
/** The database inside an interactive transaction. */
export type Tx = Prisma.TransactionClient

/**
 * Connects lazily, with its own pool; who creates it ends it with `$disconnect()`. What is done on behalf of a tenant
 * (`asTenant`) shows what is theirs alone, unless the wall could not be raised (`isWalled`: see wall.ts).
 */
export function createDatabase(options: DatabaseOptions & { isWalled?: boolean }): Db {
  const { isWalled = true } = options
  const adapter: SqlDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () =>
      new PrismaPg(surviving(new TenantPool(poolConfig(options), isWalled)), {
        disposeExternalPool: true,
        onPoolError: () => undefined,
        onConnectionError: () => undefined,
      }).connect(),
  }
  // The longer formats print what was asked for, texts and tokens included, into every log.
  return keepBatchesApart(new PrismaClient({ adapter, errorFormat: 'minimal' }))
}
