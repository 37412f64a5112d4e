import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as binding from '@prisma/schema-engine-wasm/schema_engine_bg'
import { MigrationAdapterFactory } from './migration-adapter.ts'

export type MigrationList = binding.MigrationList

export const NO_FILTERS: binding.SchemaFilter = { externalTables: [], externalEnums: [] }

/** Prisma's own migration engine, compiled to WebAssembly: it needs no download and keeps Prisma's own table. */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  work: (engine: binding.SchemaEngine) => Promise<T>,
): Promise<T> {
  await load()
  await using factory = new MigrationAdapterFactory(databaseUrl)
  const adapter = bindMigrationAwareSqlAdapterFactory(factory)
  const engine = await binding.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter)
  try {
    return await work(engine)
  } finally {
    engine.free()
  }
}

let loading: Promise<void> | undefined

// The package is written for bundlers, which import .wasm files as modules. Node does not, so this does it by hand.
function load(): Promise<void> {
  loading ??= (async () => {
    // Where the engine leaves its last words; without it they are lost.
    Object.assign(globalThis, {
      PRISMA_WASM_PANIC_REGISTRY: { set_message: (words: string) => console.error(words) },
    })
    const entry = createRequire(import.meta.url).resolve(
      '@prisma/schema-engine-wasm/schema_engine_bg',
    )
    const { instance } = await WebAssembly.instantiate(
      await readFile(entry.replace(/\.js$/, '.wasm')),
      {
        './schema_engine_bg.js': binding,
      },
    )
    binding.__wbg_set_wasm(instance.exports)
    instance.exports.__wbindgen_start()
  })()
  return loading
}

// TypeScript declares WebAssembly among the things of a browser, which are not ours.
interface Instance {
  exports: { __wbindgen_start(): void }
}
declare const WebAssembly: {
  instantiate(module: Uint8Array, imports: Record<string, unknown>): Promise<{ instance: Instance }>
}
