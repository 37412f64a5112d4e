import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { NOT_ATOMIC } from './migration-adapter.ts'
import { type MigrationList, NO_FILTERS, withSchemaEngine } from './schema-engine.ts'

export const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
export const SCHEMA = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url))

export interface MigrateOptions {
  log?: Pick<Logger, 'info' | 'warn'>
  migrations?: string
}

export class MigrationError extends Error {
  override name = 'MigrationError'
}

/**
 * Applies what is missing of prisma/migrations and returns the names. Each migration happens whole or not at all, and
 * one that failed or was cut off is tried again. Processes that start together wait for the first (an advisory lock).
 */
export async function migrate(
  databaseUrl: string,
  options: MigrateOptions = {},
): Promise<string[]> {
  const { log, migrations = MIGRATIONS } = options
  const migrationsList = await readMigrations(migrations)
  if (migrationsList.migrationDirectories.length === 0) return []
  return withSchemaEngine(databaseUrl, async (engine) => {
    const input = { migrationsList, filters: NO_FILTERS }
    const apply = () => engine.applyMigrations(input).catch((error) => refuse(error))
    const applied = await apply().catch(async (error: unknown) => {
      if ((error as { code?: string }).code !== 'P3009') throw error
      // The engine holds its lock by now, so what looks unfinished is nobody's work in progress.
      const { failedMigrationNames } = await engine.diagnoseMigrationHistory({
        ...input,
        optInToShadowDatabase: false,
      })
      for (const migrationName of failedMigrationNames) {
        await assertRepeatable(migrationName, migrations)
        log?.warn({ migration: migrationName }, 'a migration was not finished before; trying again')
        await engine.markMigrationRolledBack({ migrationName })
      }
      return apply()
    })
    const history = await engine.diagnoseMigrationHistory({
      ...input,
      optInToShadowDatabase: false,
    })
    if (history.editedMigrationNames.length > 0) {
      log?.warn(
        { migrations: history.editedMigrationNames },
        'migrations were edited after they had been applied',
      )
    }
    if (history.history && history.history.diagnostic !== 'databaseIsBehind') {
      log?.warn(history.history, 'the database has migrations that this version does not know')
    }
    for (const migration of applied.appliedMigrationNames)
      log?.info({ migration }, 'migration applied')
    return applied.appliedMigrationNames
  })
}

/** Keys that include the tenant stand beside Prisma's, which does not know them: see docs/decisions/0027. */
const DROPS_TENANT_KEY =
  /-- DropForeignKey\nALTER TABLE "\w+" DROP CONSTRAINT "\w+_tenant_fkey";\n*/g

/** What schema.prisma says and the migrations do not, as SQL; empty when they agree. Any database of a server will do. */
export async function pendingSchemaChanges(
  serverUrl: string,
  options: { migrations?: string; schema?: string } = {},
) {
  const { migrations = MIGRATIONS, schema = SCHEMA } = options
  const history = await readMigrations(migrations)
  const files = [{ path: schema, content: await readFile(schema, 'utf8') }]
  return withSchemaEngine(serverUrl, async (engine) => {
    const { stdout } = await engine
      .diff({
        from:
          history.migrationDirectories.length > 0
            ? { tag: 'migrations', ...history }
            : { tag: 'empty' },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: null,
        filters: NO_FILTERS,
      })
      .catch((error) => refuse(error))
    const script = (stdout ?? '').replaceAll(DROPS_TENANT_KEY, '').trim()
    return script === '-- This is an empty migration.' ? '' : script
  })
}

async function readMigrations(directory: string): Promise<MigrationList> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const migrationDirectories = names.sort().map(async (path) => {
    const value = await readFile(join(directory, path, 'migration.sql'), 'utf8')
    return {
      path,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } },
    }
  })
  const content = await readFile(join(directory, 'migration_lock.toml'), 'utf8').catch(() => null)
  return {
    baseDir: directory,
    lockfile: { path: 'migration_lock.toml', content },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(migrationDirectories),
  }
}

async function assertRepeatable(name: string, directory: string): Promise<void> {
  const script = await readFile(join(directory, name, 'migration.sql'), 'utf8').catch(
    () => undefined,
  )
  if (script !== undefined && !NOT_ATOMIC.test(script)) return
  const reason =
    script === undefined ? 'this version does not contain it' : 'it does not run in one transaction'
  throw new MigrationError(
    `The migration ${name} was begun and not finished, and cannot be repeated: ${reason}. Look at the database, then ` +
      'say which it is: `npx prisma migrate resolve --applied` or `--rolled-back`, and the name.',
  )
}

// The engine's message ends in its own stack trace, which alone knows the migration's name.
function refuse(error: Error & { code?: string }): never {
  const name = error.message.match(/migration_name="([^"]+)"/)?.[1]
  const reason = (error.message.split(/\n\s+0: /)[0] ?? '').replace(
    /^external connector error\s*/,
    '',
  )
  const message = name ? `The migration ${name} failed, and nothing of it stays. ${reason}` : reason
  throw Object.assign(new MigrationError(message, { cause: error }), { code: error.code })
}
