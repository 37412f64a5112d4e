import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { migrate, pendingSchemaChanges } from '../../src/db/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let migrations: string
let database: TestDatabase

beforeEach(async () => {
  migrations = await mkdtemp(join(tmpdir(), 'ringql-migrations-'))
  await writeFile(join(migrations, 'migration_lock.toml'), 'provider = "postgresql"\n')
  database = await createTestDatabase({ bare: true })
})

afterEach(async () => {
  await database.drop()
  await rm(migrations, { recursive: true, force: true })
})

test('the migrations say what schema.prisma says (npm run db:migration writes what is missing)', async () => {
  expect(await pendingSchemaChanges(inject('postgres').url)).toBe('')
})

test('a migration is applied once, and the new ones at the next start', async () => {
  await write('20260101000000_people', 'CREATE TABLE "Person" ("id" text PRIMARY KEY);')
  expect(await migrate(database.url, { migrations })).toEqual(['20260101000000_people'])
  expect(await migrate(database.url, { migrations })).toEqual([])
  await write('20260102000000_names', 'ALTER TABLE "Person" ADD COLUMN "name" text;')
  expect(await migrate(database.url, { migrations })).toEqual(['20260102000000_names'])
})

test('processes that start together apply a migration once', async () => {
  await write(
    '20260101000000_slow',
    'SELECT pg_sleep(0.2); CREATE TABLE "Person" ("id" text PRIMARY KEY);',
  )
  const applied = await Promise.all([1, 2, 3].map(() => migrate(database.url, { migrations })))
  expect(applied.flat()).toEqual(['20260101000000_slow'])
})

test('functions, checks and partial indexes written by hand work, and later migrations leave them alone', async () => {
  const schema = join(migrations, 'schema.prisma')
  const models = (more: string) => `datasource db {\n provider = "postgresql"\n}
    model Person {\n id String @id\n name String\n friendId String?\n ${more}
      friend Person? @relation("friends", fields: [friendId], references: [id])\n friends Person[] @relation("friends")\n }`
  await writeFile(schema, models(''))
  const script = await pendingSchemaChanges(database.url, { migrations, schema })
  await write(
    '20260101000000_people',
    `${script}
    -- By hand; with a semicolon here
    CREATE UNIQUE INDEX "one_ann" ON "Person" ("name") WHERE "name" = 'Ann';
    ALTER TABLE "Person" ADD CONSTRAINT "named" CHECK ("name" <> ';');
    CREATE FUNCTION "trimmed"() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN NEW."name" := trim(NEW."name"); RETURN NEW; END;
    $$;
    CREATE TRIGGER "trim" BEFORE INSERT ON "Person" FOR EACH ROW EXECUTE FUNCTION "trimmed"();`,
  )
  expect(await pendingSchemaChanges(database.url, { migrations, schema })).toBe('')
  await migrate(database.url, { migrations })
  await query(`INSERT INTO "Person" ("id", "name") VALUES ('1', ' Ann ')`)
  expect(await query(`SELECT "name" FROM "Person"`)).toEqual([{ name: 'Ann' }])
  await expect(query(`INSERT INTO "Person" ("id", "name") VALUES ('2', ';')`)).rejects.toThrow(
    'named',
  )

  await writeFile(schema, models('age Int?'))
  const next = await pendingSchemaChanges(database.url, { migrations, schema })
  expect(next).toBe('-- AlterTable\nALTER TABLE "Person" ADD COLUMN     "age" INTEGER;')
})

test('a migration that fails says why, leaves nothing, and is tried again once it is mended', async () => {
  await write(
    '20260101000000_people',
    'CREATE TABLE "Person" ("id" text);\nINSERT INTO "Nobody" VALUES (1);',
  )
  const failed = migrate(database.url, { migrations })
  await expect(failed).rejects.toThrow(
    /20260101000000_people.*"Nobody" does not exist \(42P01, line 2\)/s,
  )
  expect(await query(`SELECT to_regclass('"Person"') AS "table"`)).toEqual([{ table: null }])

  await write('20260101000000_people', 'CREATE TABLE "Person" ("id" text);')
  expect(await migrate(database.url, { migrations })).toEqual(['20260101000000_people'])
})

test('a migration that may have happened in part is not repeated blindly', async () => {
  await write('20260101000000_index', 'CREATE INDEX CONCURRENTLY "i" ON "Nobody" ("id")')
  await expect(migrate(database.url, { migrations })).rejects.toThrow('"Nobody" does not exist')
  await expect(migrate(database.url, { migrations })).rejects.toThrow(
    /begun and not finished.*prisma migrate resolve/s,
  )
})

test('a process that dies during a migration leaves it to the next one', async () => {
  await write('20260101000000_people', 'CREATE TABLE "Person" ("id" text); SELECT pg_sleep(60);')
  const dying = migrate(database.url, { migrations }).catch((error: Error) => error)
  const kill = `SELECT pg_terminate_backend(pid) AS killed FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()`
  await expect.poll(() => query(kill), { interval: 20 }).toEqual([{ killed: true }])
  expect(await dying).toBeInstanceOf(Error)

  await write('20260101000000_people', 'CREATE TABLE "Person" ("id" text);')
  expect(await migrate(database.url, { migrations })).toEqual(['20260101000000_people'])
})

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(migrations, name), { recursive: true })
  await writeFile(join(migrations, name, 'migration.sql'), sql)
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(database.url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
