import { glob, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFile(`${root}/${path}`, 'utf8')
const checklist = await read('docs/security-checklist.md')

/** The rows: an id, and where it is seen. */
const rows = [...checklist.matchAll(/^\| ([A-J]\d+) \|.*\| ([^|]+) \|$/gm)].map((row) => ({
  id: row[1] ?? '',
  where: row[2] ?? '',
}))
const ids = rows.map(({ id }) => id)

/** The rows that titles of tests begin with, by file. */
const titled = new Map<string, string[]>()
for await (const path of glob('test/**/*.test.ts', { cwd: root })) {
  const titles = (await read(path)).matchAll(/['"`]((?:[A-J]\d+(?:, | and )?)+): /g)
  titled.set(
    path,
    [...titles].flatMap(([, title = '']) => title.match(/[A-J]\d+/g) ?? []),
  )
}

const groups = { A: 15, B: 12, C: 14, D: 8, E: 16, F: 6, G: 11, H: 1, I: 6, J: 8 }

describe('the security checklist', () => {
  it('has every row once', () => {
    const expected = Object.entries(groups).flatMap(([group, size]) =>
      Array.from({ length: size }, (_, n) => `${group}${n + 1}`),
    )
    expect(ids).toEqual(expected)
  })

  it.each(rows)('$id is tried by a test of that name, or a decision tells why not', async (row) => {
    const tests = [...row.where.matchAll(/`(test\/[^`]+\.test\.ts)`/g)].map(([, path = '']) => path)
    const decisions = [...row.where.matchAll(/\((decisions\/[^)]+)\)/g)].map(
      ([, path = '']) => path,
    )
    expect(tests.length + decisions.length).toBeGreaterThan(0)
    for (const path of decisions) expect(await read(`docs/${path}`)).toMatch(/^# /)
    if (tests.length > 0) {
      expect(tests.filter((path) => titled.get(path)?.includes(row.id))).toEqual(tests)
    }
  })

  it('names every test that is named after a row', () => {
    for (const [path, found] of titled) {
      for (const id of found)
        expect(rows.find((row) => row.id === id)?.where, `${id} in ${path}`).toContain(path)
    }
  })
})
