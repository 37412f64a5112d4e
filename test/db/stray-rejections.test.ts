import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.ts'

const child = fileURLToPath(new URL('losing-child.ts', import.meta.url))

it('a process lives on when a transaction’s connection is lost before Prisma’s timer rolls it back', {
  timeout: 60_000,
}, async () => {
  const database = await createTestDatabase()
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [child, database.url])
    expect(stdout).toBe('told\nalive\n')
  } finally {
    await database.drop()
  }
})
