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

type Options = DatabaseOptions & { isWalled?: boolean }

/** The connections of a database, for Prisma and for who reads past it; ended by the `$disconnect()` of the former. */
export function createTenantPool({ isWalled = true, ...options }: Options): TenantPool {
  return surviving(new TenantPool(poolConfig(options), isWalled))
}

/**
 * Connects lazily, with its own pool unless it is given one; who creates it ends it with `$disconnect()`. What is done on
 * behalf of a tenant (`asTenant`) shows what is theirs alone, unless the wall could not be raised (`isWalled`: see wall.ts).
 */
export function createDatabase(options: Options | { pool: TenantPool }): Db {
  const adapter: SqlDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () =>
      new PrismaPg('pool' in options ? options.pool : createTenantPool(options), {
        disposeExternalPool: true,
        onPoolError: () => undefined,
        onConnectionError: () => undefined,
      }).connect(),
  }
  // The longer formats print what was asked for, texts and tokens included, into every log.
  return keepBatchesApart(new PrismaClient({ adapter, errorFormat: 'minimal' }))
}
