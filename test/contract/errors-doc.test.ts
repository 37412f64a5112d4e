import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { topLevelCodes } from '../../src/graphql/errors.ts'
import { schema } from '../../src/schema.ts'

const page = await readFile('docs/errors.md', 'utf8')
const [typed = '', topLevel = ''] = page.split('## Top-level errors')

/** The rows of the first column, without the quotes. */
const listed = (part: string) => [...part.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code)

describe('docs/errors.md', () => {
  test('lists every code that the source gives to a typed error, and no other', async () => {
    const codes = new Set<string>()
    for (const file of await sourceFiles('src')) {
      const source = await readFile(file, 'utf8')
      if (!source.includes('extends BusinessError')) continue
      for (const [, declared = ''] of source.matchAll(/readonly code(?: = |: )(.+)/g)) {
        for (const [, code = ''] of declared.matchAll(/'([A-Z_]+)'/g)) codes.add(code)
      }
    }
    expect(codes.size).toBeGreaterThan(10)
    expect(listed(typed).sort()).toEqual([...codes].sort())
  })

  test('names every error type of the schema, beside the codes that its description tells', () => {
    const rows = typed.split('\n')
    for (const type of schema.getPossibleTypes(schema.getTypeMap().Error as never)) {
      const codes = type.description?.match(/\b[A-Z]+(_[A-Z]+)+\b/g) ?? []
      expect(codes, `${type.name} tells its code`).not.toEqual([])
      for (const code of codes) {
        const row = rows.find((line) => line.startsWith(`| \`${code}\` |`))
        expect(row, `${code} of ${type.name}`).toContain(`\`${type.name}\``)
      }
    }
  })

  test('lists every top-level code, and no other', () => {
    const table = topLevel.split('\n## ')[0] ?? ''
    expect(listed(table).sort()).toEqual(Object.keys(topLevelCodes).sort())
  })
})

async function sourceFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('generated'))
}
