import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../src/db/embedded-postgres.ts'
import { MIGRATIONS, pendingSchemaChanges } from '../src/db/migrate.ts'

// npm run db:migration -- what_changes
// Writes down what schema.prisma says and the migrations do not. Whatever a schema cannot say (partial indexes, checks)
// is appended to the new file by hand: later migrations do not touch it.

// Prisma's own tools refuse a folder of migrations without it.
const LOCK = 'provider = "postgresql"\n'

const { positionals } = parseArgs({ allowPositionals: true })
const name = positionals.join('_').toLowerCase().replaceAll(/\W+/g, '_')
if (!name) {
  console.error('Give the migration a name: npm run db:migration -- add_call_recordings')
  process.exit(1)
}

const dataDir = await mkdtemp(join(tmpdir(), 'ringql-migration-'))
const quiet = { info: () => undefined, warn: console.warn }
const postgres = await startEmbeddedPostgres({ dataDir, log: quiet, flags: ['-c', 'fsync=off'] })
try {
  const script = await pendingSchemaChanges(postgres.url)
  if (script) {
    const timestamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
    const file = join(MIGRATIONS, `${timestamp}_${name}`, 'migration.sql')
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, `${script}\n`)
    await writeFile(join(MIGRATIONS, 'migration_lock.toml'), LOCK)
    console.log(`Written: ${relative(process.cwd(), file)}. Read it before you commit it.`)
  } else {
    console.log('Nothing to do: the migrations say what schema.prisma says.')
  }
} finally {
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
}
