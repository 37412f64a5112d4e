import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
/** Found nowhere but in their packages: a WebAssembly file, native parts. */
const external = [/^node:/, 'pg-native', 'ioredis', 'pino', '@prisma/schema-engine-wasm']

/**
 * The entries of this folder, each as one file: thousands of starts would otherwise spend two seconds
 * of three on finding and reading a thousand modules. Answers where an entry lies.
 *
 * Instances from here find no migrations beside them, and leave that to the rig, which has migrated.
 */
export async function bundle(entries: string[]) {
  // Vitest brings it along; without it all is the same, but slow.
  const rolldown = await import('rolldown').catch(() => undefined)
  if (!rolldown) return { fileOf: (entry: string) => join(here, entry), remove: async () => {} }
  const dir = join(here, `.bundle-${process.pid}`)
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, '.gitignore'), '*\n')
  const built = await rolldown.rolldown({
    input: entries.map((entry) => join(here, entry)),
    platform: 'node',
    external,
    logLevel: 'silent',
  })
  await built.write({
    dir,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name].mjs',
  })
  await built.close()
  return {
    fileOf: (entry: string) => join(dir, `${basename(entry, '.ts')}.mjs`),
    remove: () => rm(dir, { recursive: true, force: true }),
  }
}
