import { globSync, readFileSync } from 'node:fs'
import { parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../src/schema.ts'

/** What stands in ```graphql fences, also inside of lists, by file and line. */
const snippets = [...globSync('docs/**/*.md'), 'README.md', 'simulator/README.md'].flatMap(
  (file) => {
    const page = readFileSync(file, 'utf8')
    return [...page.matchAll(/^ *```graphql\n(.*?)^ *```$/gms)].map((fence): [string, string] => [
      `${file}:${page.slice(0, fence.index).split('\n').length}`,
      fence[1] ?? '',
    ])
  },
)

test('there are some', () => {
  expect(snippets.length).toBeGreaterThan(10)
})

test.each(snippets)('%s is what the API takes', (_where, document) => {
  expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([])
})
