import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { type Transport, transports } from './transports.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
})
afterAll(() => gateway.stop())

const times = (n: number, text: (index: number) => string) =>
  Array.from({ length: n }, (_, i) => text(i)).join(' ')
const nested = (levels: number) =>
  `${'conversation { messages { nodes { '.repeat(levels)} id ${'} } }'.repeat(levels)}`
const link = 'createConnectToken { __typename }'

/** What must not pass, and the limit that it meets. */
const tooMuch: [name: string, limit: string, query: string][] = [
  ['A1: 16 aliases of __typename', 'aliases', `{ ${times(16, (i) => `a${i}: __typename`)} }`],
  [
    'aliases in a fragment that is used twice',
    'aliases',
    `{ ...Some x: viewer { ...Others } } fragment Some on Query { ${times(9, (i) => `a${i}: __typename`)} } fragment Others on Viewer { ${times(8, (i) => `b${i}: __typename`)} }`,
  ],
  ['A4: a deep query', 'depth', `{ messages { nodes { ${nested(4)} } } }`],
  [
    'A4: a deep query in inline fragments',
    'depth',
    `{ ... on Query { messages { nodes { ... on Message { ${nested(4)} } } } } }`,
  ],
  [
    'A4: a deep query in a fragment named __schema',
    'depth',
    `{ messages { nodes { ...__schema } } } fragment __schema on Message { ${nested(4)} }`,
  ],
  [
    'A4: a deep query in a fragment met before',
    'depth',
    `{ messages { nodes { ...Two conversation { messages { nodes { ...Two } } } } } } fragment Two on Message { ${nested(2)} }`,
  ],
  ['A6: directives that nobody knows', 'directives', `{ __typename ${times(10, () => '@aa')} }`],
  [
    'A6: the same directive over and over',
    'directives',
    `{ ${times(9, () => '__typename @include(if: true)')} }`,
  ],
  ['A7: a thousand fields', 'tokens', `{ ${times(1_000, () => '__typename')} }`],
  ['A7: five hundred times the same field', 'sameField', `{ ${times(500, () => '__typename')} }`],
  ['A2: one mutation twice', 'sameMutation', `mutation { a: ${link} b: ${link} }`],
  [
    'A2: one mutation twice, one of them in a fragment',
    'sameMutation',
    `mutation { a: ${link} ...Again } fragment Again on Mutation { b: ${link} }`,
  ],
  [
    'A8: a hundred times a hundred times',
    'objects',
    '{ conversations(first: 100) { nodes { messages(first: 100) { nodes { conversation { messages(first: 100) { nodes { id } } } } } } } }',
  ],
]

describe.each(Object.keys(transports) as Transport[])('over %s', (transport) => {
  const ask = (query: string, variables = {}) =>
    transports[transport](gateway, acme.secret, { query, variables })

  test.each(tooMuch)('%s meets the limit: %s', async (_name, limit, query) => {
    const { data, errors } = await ask(query)
    expect(data ?? null).toBeNull()
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.any(String),
        extensions: expect.objectContaining({
          code: 'LIMIT_EXCEEDED',
          limit,
          max: expect.any(Number),
        }),
      }),
    ])
  })

  test('what clients and tools ask passes, and tells its cost', async () => {
    const { data, errors, extensions } = await ask(getIntrospectionQuery())
    expect(errors).toBeUndefined()
    expect(data.__schema.types.length).toBeGreaterThan(50)
    const page = await ask('query ($n: Int) { messages(first: $n) { nodes { id parties: to } } }', {
      n: 50,
    })
    expect(page.errors).toBeUndefined()
    expect(page.extensions?.cost).toMatchObject({ requested: 50, capacity: 500_000 })
    expect(extensions?.cost.left).toBeGreaterThan(page.extensions?.cost.left)
  })
})

test('none of it was done', async () => {
  expect(await gateway.db.connectToken.count()).toBe(0)
})

test('what an inbox asks passes: fifty conversations, each with fifty messages and their pictures', async () => {
  const inbox = `query ($n: Int) { conversations(first: $n) { nodes { id participants { number name }
    messages(first: $n) { nodes { id text status createdAt attachments { url } } } } } }`
  await acme.query(inbox, { n: 50 })
})

test('fragments that name each other twice are looked into once, also where none of them is asked for', async () => {
  const depth = 24
  const line = (n: number) => (n < depth ? `...F${n + 1} ...F${n + 1}` : 'id')
  const fragments = times(depth, (i) => `fragment F${i + 1} on Message { ${line(i + 1)} }`)
  const asked = performance.now()
  await acme.query(`{ messages { nodes { id ...F1 @include(if: false) } } } ${fragments}`)
  expect(performance.now() - asked).toBeLessThan(2_000)
})
