import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { schema } from '../../src/schema.ts'
import { scopes } from '../../src/tenants/scopes.ts'

const page = await readFile('docs/keys.md', 'utf8')
const rows = [...page.matchAll(/^\| `(.+?)` \| (.+?) \| (.+) \|$/gm)]

test('docs/keys.md lists every scope of a key, in the same words', () => {
  expect(Object.fromEntries(rows.map(([, scope, what]) => [scope, what]))).toEqual(scopes)
})

test('docs/keys.md names each query, mutation and subscription beside the scope that it asks for', () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const fields = roots.flatMap((root) => Object.values(root?.getFields() ?? {}))
  const scoped = fields.flatMap(({ name, description }) => {
    const scope = /Scope `([a-z:]+)`/.exec(description ?? '')?.[1]
    return scope ? [[name, scope] as const] : []
  })
  expect(scoped.length).toBeGreaterThan(20)
  const missing = scoped.filter(
    ([name, scope]) =>
      !rows.some(([, of, , through]) => of === scope && through?.includes(`\`${name}\``)),
  )
  expect(missing).toEqual([])
})
