import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { MIGRATIONS, migrate } from '../../src/db/migrate.ts'
import { createTestDatabase } from './database.ts'

/** A database as it was before a migration (the time in the name of its folder) and those that came after it. */
export async function createDatabaseBefore(migration: string) {
  const database = await createTestDatabase({ bare: true })
  const before = await mkdtemp(join(tmpdir(), 'ringql-migrations-'))
  onTestFinished(async () => {
    await database.drop()
    await rm(before, { recursive: true, force: true })
  })
  await cp(MIGRATIONS, before, { recursive: true })
  const later = (await readdir(before)).filter((name) => name >= migration)
  for (const name of later.filter((one) => /^\d/.test(one))) {
    await rm(join(before, name), { recursive: true })
  }
  await migrate(database.url, { migrations: before })
  return database
}
