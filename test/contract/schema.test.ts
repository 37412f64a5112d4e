import { readFileSync } from 'node:fs'
import {
  buildASTSchema,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  parse,
} from 'graphql'
import { expect, test } from 'vitest'
import { generateDocuments } from '../../codegen.ts'
import { printedSchema } from '../../src/print-schema.ts'
import { schema } from '../../src/schema.ts'
import { core } from './core.ts'

const ownTypes = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
)

test('schema.graphql is what the code says: run `npm run schema` when this fails', () => {
  expect(read('../../schema.graphql')).toBe(printedSchema())
})

test('the typed documents fit the schema: run `npm run codegen` when this fails', async () => {
  expect(read('../generated/documents.ts')).toBe(await generateDocuments())
})

test('everything carries a description', () => {
  const silent = ownTypes.flatMap((type) =>
    [[type.name, type.description] as const, ...describedParts(type)].flatMap(
      ([name, description]) => (description?.trim() ? [] : name),
    ),
  )
  expect(silent).toEqual([])
})

test('every name that clients rely on is there, with exactly its type', () => {
  const promised = shapesOf(Object.values(buildASTSchema(parse(core)).getTypeMap()))
  const kept = new Map(shapesOf(ownTypes))
  const broken = promised.flatMap(([name, shape]) =>
    kept.get(name) === shape ? [] : `${name}: promised ${shape}, found ${kept.get(name)}`,
  )
  expect(promised.length).toBeGreaterThan(100)
  expect(broken).toEqual([])
})

test('every mutation answers a union of one thing and of typed errors', () => {
  const odd: string[] = []
  for (const { name, type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const union = schema.getType(`${name[0]?.toUpperCase()}${name.slice(1)}Result`)
    if (!isUnionType(union) || String(type) !== `${union}!`) odd.push(`${name}: ${type}`)
    else if (union.getTypes().filter((member) => !isError(member)).length !== 1)
      odd.push(`${union}: ${union.getTypes()}`)
  }
  expect(odd).toEqual([])
})

test('every type that is called an error implements Error, and no other does', () => {
  const wrong = ownTypes.filter(
    (type) => isObjectType(type) && type.name.endsWith('Error') !== isError(type),
  )
  expect(wrong.map(String)).toEqual([])
})

test('a mutation takes nothing, or one `input`', () => {
  const odd = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(({ name, args }) =>
    args.some(
      (arg) =>
        arg.name !== 'input' ||
        String(arg.type).replace('!', '') !== `${name[0]?.toUpperCase()}${name.slice(1)}Input`,
    ),
  )
  expect(odd.map(({ name }) => name)).toEqual([])
})

test('times are called …At, …From or …Before, `at`, `since` or `until`, are DateTime, and nothing else is', () => {
  const misnamed = ownTypes
    .filter((type) => isObjectType(type) || isInputObjectType(type))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter(
          (field) =>
            String(field.type).startsWith('DateTime') !==
            /(At|From|Before)$|^(asOf|at|since|until)$/.test(field.name),
        )
        .map((field) => `${type}.${field.name}: ${field.type}`),
    )
  expect(misnamed).toEqual([])
})

function read(path: string) {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}

function isError(type: GraphQLNamedType): boolean {
  return isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Error')
}

/** Fields, arguments, input fields and enum values, by a name that finds them. */
function describedParts(type: GraphQLNamedType): (readonly [string, string | null | undefined])[] {
  if (isEnumType(type)) {
    return type.getValues().map((value) => [`${type}.${value.name}`, value.description])
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => [
      `${type}.${field.name}`,
      field.description,
    ])
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  return Object.values(type.getFields()).flatMap((field) => [
    [`${type}.${field.name}`, field.description] as const,
    ...field.args.map((arg) => [`${type}.${field.name}(${arg.name}:)`, arg.description] as const),
  ])
}

/** What can be compared about types: a line for each field, argument, enum value and interface. */
function shapesOf(types: readonly GraphQLNamedType[]): [string, string][] {
  return types.flatMap((type): [string, string][] => {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) return []
    if (isScalarType(type)) return [[type.name, 'scalar']]
    if (isUnionType(type)) {
      return type.getTypes().map((member) => [`${type} includes ${member}`, 'member'])
    }
    if (isEnumType(type)) {
      return type.getValues().map((value) => [`${type}.${value.name}`, 'value'])
    }
    const fields = Object.values(type.getFields()).map((field): [string, string] => [
      `${type}.${field.name}`,
      String(field.type),
    ])
    if (isInputObjectType(type)) return fields
    const args = Object.values(type.getFields()).flatMap((field) =>
      field.args.map((arg): [string, string] => [
        `${type}.${field.name}(${arg.name}:)`,
        String(arg.type),
      ]),
    )
    const interfaces = type
      .getInterfaces()
      .map((one): [string, string] => [`${type} implements ${one}`, 'yes'])
    return [...fields, ...args, ...interfaces]
  })
}
