import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import {
  buildSchema,
  type ExecutionResult,
  execute,
  type GraphQLOutputType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  printSchema,
  type ResponsePath,
  validate,
} from 'graphql'
import { expect, it, onTestFinished } from 'vitest'
import { coerced } from '../../src/graphql/compiled.ts'
import { decidingVariables } from '../../src/graphql/execution/document-parts.ts'
import { createKnownDocuments } from '../../src/graphql/known-documents.ts'
import { schema as ours } from '../../src/schema.ts'

/** Our schema with what fields give made up: by the seed and by where they stand, so that whoever asks is given the same. */
const schema = buildSchema(printSchema(ours))
let seed = 0
let someWait = false
for (const type of Object.values(schema.getTypeMap())) {
  if (!isObjectType(type) || type.name.startsWith('__')) continue
  for (const field of Object.values(type.getFields())) {
    field.resolve = (_source, args, _context, info) => {
      const place = `${whereIs(info.path)} ${JSON.stringify(args)}`
      return madeUp(info.returnType, place, true)
    }
  }
}

const whereIs = (path: ResponsePath | undefined): string =>
  path ? `${whereIs(path.prev)}/${path.key}` : ''

/** A number below `most`, the same for the same place. */
function chance(place: string, most: number): number {
  let hash = seed
  for (const sign of place) hash = (Math.imul(hash, 31) + sign.charCodeAt(0)) >>> 0
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8) % most
}

function madeUp(type: GraphQLOutputType, place: string, mayWait: boolean): unknown {
  const how = chance(`${place} how`, 40)
  if (how === 0) throw new Error(`Thrown at ${place}`)
  if (how === 1) return new Error(`Given at ${place}`)
  if (how === 2) return null
  if (how === 3 && someWait) return later(() => Promise.reject(new Error(`Rejected at ${place}`)))
  if (mayWait && someWait && how < 12) return later(() => madeUp(type, `${place} later`, false))
  const inner = getNullableType(type)
  if (isListType(inner)) {
    if (how === 39) return 7
    const item = (n: number) => {
      try {
        return madeUp(inner.ofType, `${place}[${n}]`, true)
      } catch (error) {
        return error
      }
    }
    return Array.from({ length: chance(`${place} many`, 4) }, (_, n) => item(n))
  }
  if (isObjectType(inner)) return {}
  if (isAbstractType(inner)) {
    const types = schema.getPossibleTypes(inner)
    return { __typename: types[chance(`${place} type`, types.length)]?.name }
  }
  if (isEnumType(inner)) {
    const values = [...inner.getValues().map(({ name }) => name), 'NONE_OF_THEM']
    return values[chance(`${place} value`, values.length)]
  }
  return { Int: 7, Float: 0.5, Boolean: true }[inner.name as 'Int'] ?? `At ${place}`
}

/** A promise that nobody waits for any more is the business of the resolver that gave it. */
function later(give: () => unknown): Promise<unknown> {
  const promise = Promise.resolve().then(give)
  promise.catch(() => undefined)
  return promise
}

const documents: { text: string; variables?: Record<string, unknown>[] }[] = [
  {
    text: '{ messages(first: 50) { edges { cursor node { id from to text status createdAt } } pageInfo { hasNextPage endCursor } totalCount } }',
  },
  {
    text: `query ($first: Int, $withText: Boolean!, $bare: Boolean = false, $filter: MessageFilter) {
      messages(first: $first, filter: $filter) @skip(if: $bare) {
        nodes { id text @include(if: $withText) ...Parties @include(if: $withText) }
        pageInfo { ...on PageInfo @skip(if: $withText) { endCursor } hasNextPage } }
      again: messages(last: 3) { nodes { id: text conversation { messages(first: 3) { nodes { id } } } } } }
      fragment Parties on Message { sender { number name } recipients { number } extension { name id } }`,
    variables: [
      { withText: true },
      { withText: false, first: 3, bare: null },
      { withText: true, bare: true, filter: { type: ['SMS'] } },
      { withText: false, bare: true },
    ],
  },
  {
    text: `{ node(id: "msg_1") { __typename id ... on Message { text from } ... on Call { status startedAt }
      ... on Node { id ... on Conversation { number } } } __typename __schema { queryType { name } } }`,
  },
  {
    text: '{ conversations { nodes { id participants { number } lastMessage { text timeline { kind at } } messages(first: 3) { edges { node { to error { code } } } } } } }',
  },
  {
    text: '{ callLogs { nodes { id from { number name } to { number } extension { name phoneNumbers { phoneNumber } } } asOf } status { connected expiresAt } }',
  },
  {
    text: '{ extensions { nodes { id phoneNumbers { phoneNumber } capabilities { __typename } } } __type(name: "Message") { fields { name } } }',
  },
  {
    text: `mutation ($text: String!) { a: sendSms(input: { from: "+1", to: ["+2"], text: $text }) {
      __typename ... on Message { id status } ... on Error { code message } } disconnect { __typename } }`,
    variables: [{ text: 'Hello' }],
  },
  {
    // What a directive goes by in one operation is anything in another one.
    text: `query One($a: Boolean!, $deep: Boolean!, $b: Boolean!) {
      __typename @include(if: $a) again: __typename @include(if: $deep) twice: __typename @skip(if: $b) }
      query Other($a: ID!, $deep: Boolean!, $b: ID!) {
        status { __typename connected @include(if: $deep) } a: node(id: $a) { id } b: node(id: $b) { id } }`,
    variables: [
      { a: '1', deep: true, b: '2,false,3' },
      { a: '1,true,2', deep: false, b: '3' },
    ],
  },
]

const known = createKnownDocuments(schema)
const cases = documents.flatMap(({ text, variables = [{}] }) => {
  const document = parse(text)
  return variables.map((variableValues) => ({ document, variableValues }))
})

it('these documents fit our schema', () => {
  for (const { document } of cases) expect(validate(schema, document)).toEqual([])
})

it('an operation that is compiled answers what graphql-js does, whatever its fields give', async () => {
  const failed = { some: 0, none: 0 }
  const unheard = hearRejections()
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1 }),
      fc.boolean(),
      fc.constantFrom(...cases),
      async (given, waits, one) => {
        seed = given
        someWait = waits
        const name = one.document.definitions.findLast(
          (part) => part.kind === Kind.OPERATION_DEFINITION,
        )?.name?.value
        const operation = known.operationOf(one.document, name)
        if (!operation) throw new Error('It has an operation')
        const variables = coerced(operation, { schema, ...one })
        if (!variables) throw new Error('They fit')
        const given_ = { rootValue: undefined, context: {}, variables, signal: undefined }
        const compiled = await operation.execute(given_)
        await turn()
        expect(unheard.splice(0)).toEqual([])
        const plain = await execute({ schema, ...one, operationName: name, contextValue: {} })
        // Of a list in which something fails at once graphql-js forgets what is on its way.
        await turn()
        unheard.splice(0)
        expect(shown(compiled, waits)).toEqual(shown(plain, waits))
        failed[plain.errors ? 'some' : 'none'] += 1
      },
    ),
    { numRuns: 1500, seed: 20261122 },
  )
  // Otherwise it would have shown only the half of it.
  expect(Math.min(failed.some, failed.none)).toBeGreaterThan(50)
})

it('an operation is remembered by variables of few values or short ones, and by no others of their names', () => {
  const document = parse(`
    query A($size: Int, $some: Boolean!) { messages(first: $size) { nodes { id @include(if: $some) } } }
    query B($size: ID!, $some: String, $all: Boolean!) { node(id: $size) { id } }`)
  const deciding = document.definitions.map((operation) =>
    decidingVariables(document, operation as OperationDefinitionNode, ['first']),
  )
  expect(deciding).toEqual([['size', 'some'], []])
})

/** As it is written out. Of things that fail at different times, which one is told of is a matter of luck. */
function shown({ data, errors }: ExecutionResult, waits: boolean) {
  const told = waits ? errors !== undefined : errors
  return JSON.parse(JSON.stringify({ data, told }))
}

/** Takes the place of those who would end the test. */
function hearRejections(): unknown[] {
  const unheard: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => unheard.push(reason))
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of others) process.on('unhandledRejection', listener)
  })
  return unheard
}
