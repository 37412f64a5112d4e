import { defineConfig } from 'prisma/config'

// Prisma's CLI would download a native schema engine before it does anything. `prisma generate` never calls it, and our
// migrations run on the WebAssembly build (src/db/schema-engine.ts), so any executable satisfies the check.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
