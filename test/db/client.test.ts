import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabase, type Db } from '../../src/db/client.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Db

beforeEach(async () => {
  database = await createTestDatabase()
  db = createDatabase({ url: database.url, applicationName: 'ringql test', poolSize: 2 })
  await db.$executeRaw`CREATE TABLE "Moment" ("id" int PRIMARY KEY, "at" timestamptz NOT NULL DEFAULT now())`
})

afterEach(async () => {
  await db.$disconnect()
  await database.drop()
})

test('times are the same moment in Node and in Postgres, whatever zone the database prefers', async () => {
  const name = new URL(database.url).pathname.slice(1)
  await db.$executeRawUnsafe(`ALTER DATABASE "${name}" SET timezone = 'America/New_York'`)
  await db.$disconnect()
  db = createDatabase({ url: database.url, applicationName: 'ringql test', poolSize: 2 })

  const written = new Date('2026-03-08T06:59:59.999Z')
  await db.$executeRaw`INSERT INTO "Moment" ("id", "at") VALUES (1, ${written})`
  const [row] = await db.$queryRaw<{ at: Date; text: string; epoch: number; now: Date }[]>`
    SELECT "at", "at"::text AS text, extract(epoch FROM "at")::float8 AS epoch, now() AS now FROM "Moment"`
  expect(row).toMatchObject({
    at: written,
    text: '2026-03-08 06:59:59.999+00',
    epoch: written.getTime() / 1000,
  })
  expect(Math.abs(Number(row?.now) - Date.now())).toBeLessThan(10_000)
})

test('nothing waits for ever: statements, locks, idle transactions', async () => {
  const [settings] = await db.$queryRaw<object[]>`
    SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
           current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('application_name') AS name`
  expect(settings).toEqual({ statement: '15s', lock: '10s', idle: '8s', name: 'ringql test' })
})
