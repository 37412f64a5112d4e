import pg from 'pg'
import { createDatabase, type Db, type Tx } from '../../src/db/client.ts'
import { createTestDatabase } from '../support/database.ts'

export interface Accounts extends AsyncDisposable {
  db: Db
  /** A connection of somebody else's. */
  other: pg.Client
}

/** A database with two accounts, over which transactions can quarrel. */
export async function createAccounts(): Promise<Accounts> {
  const database = await createTestDatabase()
  const db = createDatabase({ url: database.url, applicationName: 'ringql test', poolSize: 2 })
  const other = new pg.Client(database.url)
  await other.connect()
  await other.query('CREATE TABLE "Account" ("id" int PRIMARY KEY, "amount" int)')
  await other.query('INSERT INTO "Account" VALUES (1, 0), (2, 0)')
  const end = async () => {
    await other.end()
    await db.$disconnect()
    await database.drop()
  }
  return { db, other, [Symbol.asyncDispose]: end }
}

export async function read(tx: Tx, id: number): Promise<void> {
  await tx.$queryRaw`SELECT "amount" FROM "Account" WHERE "id" = ${id}`
}

export async function add(tx: Tx, id: number): Promise<void> {
  await tx.$executeRaw`UPDATE "Account" SET "amount" = "amount" + 1 WHERE "id" = ${id}`
}

type Meet = () => Promise<void>

/** Runs both up to the point where they meet for the first time, then on; returns what failed. */
export async function together(...runs: ((meet: Meet) => Promise<unknown>)[]): Promise<unknown[]> {
  const all = Promise.withResolvers<void>()
  const arrived = new Set<number>()
  const meeting = (run: number) => () => {
    arrived.add(run)
    if (arrived.size === runs.length) all.resolve()
    return all.promise
  }
  const settled = await Promise.allSettled(runs.map((run, index) => run(meeting(index))))
  return settled.filter((result) => result.status === 'rejected').map((result) => result.reason)
}
