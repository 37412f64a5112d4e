import { beforeAll, expect, it } from 'vitest'
import { createTenantPool } from '../../src/db/client.ts'
import { Prisma } from '../../src/db/generated/client/client.ts'
import { createReadRows } from '../../src/db/read-rows.ts'
import type { TenantPool } from '../../src/db/tenant-pool.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: TenantPool
beforeAll(async () => {
  database = await createTestDatabase()
  pool = createTenantPool({ url: database.url, applicationName: 'rows', poolSize: 1 })
  return async () => {
    await pool.end()
    await database.drop()
  }
})

it('keeps prepared what is asked for, however many other statements there are', async () => {
  const readRows = createReadRows(pool)
  const ask = (what: string) => readRows(Prisma.sql`SELECT ${Prisma.raw(what)} AS answer`)
  const prepared = async () => {
    const rows = await readRows<{ statement: string; since: string }>(
      Prisma.sql`SELECT statement, prepare_time::text AS since FROM pg_prepared_statements`,
    )
    return new Map(rows.map(({ statement, since }) => [statement, since]))
  }
  const usual = 'SELECT 0 AS answer'
  await ask('0')
  const { [usual]: since } = Object.fromEntries(await prepared())

  // One of them is refused, and was never prepared.
  await expect(ask('"Nothing"')).rejects.toThrow('"Nothing"')
  for (let n = 1; n <= 450; n++) {
    expect(await ask(String(n))).toEqual([{ answer: n }])
    if (n % 50 === 0) await ask('0')
  }

  const kept = await prepared()
  // With the one that it takes to be whose connection it is.
  expect(kept.size).toBeLessThanOrEqual(201)
  expect(kept.get(usual)).toBe(since)
  expect(kept.has('SELECT 450 AS answer')).toBe(true)
  expect(kept.has('SELECT 1 AS answer')).toBe(false)
  expect(await ask('1')).toEqual([{ answer: 1 }])
})

it('a statement that is refused costs no connection', async () => {
  const readRows = createReadRows(pool)
  const who = () => readRows(Prisma.sql`SELECT pg_backend_pid() AS pid`)
  const before = await who()
  await expect(readRows(Prisma.sql`SELECT 1 / ${0}::int`)).rejects.toThrow('division by zero')
  expect(await who()).toEqual(before)
})

it('a statement that no longer fits its table, since a newer process has changed that, is prepared anew', async () => {
  const readRows = createReadRows(pool)
  const all = () => readRows(Prisma.sql`SELECT * FROM "Growing"`)
  await pool.query('CREATE TABLE "Growing" AS SELECT 1 AS "one"')
  expect(await all()).toEqual([{ one: 1 }])
  await pool.query('ALTER TABLE "Growing" ADD COLUMN "two" int DEFAULT 2')
  expect(await all()).toEqual([{ one: 1, two: 2 }])
  expect(await all()).toEqual([{ one: 1, two: 2 }])
})
