import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql'

/** A place in the arguments of a root field that takes an id, for example `input.messageId`. */
export type IdPath = { field: GraphQLField<unknown, unknown>; path: string[] }

/** Every place where a root field takes an id, whatever it is called. */
export function idPathsOf(type: GraphQLObjectType | null | undefined): IdPath[] {
  return Object.values(type?.getFields() ?? {}).flatMap((field) =>
    field.args.flatMap((arg) => pathsIn(arg.type, [arg.name], []).map((path) => ({ field, path }))),
  )
}

function pathsIn(type: GraphQLInputType, path: string[], above: unknown[]): string[][] {
  const named = getNamedType(type)
  if (named.name === 'ID') return [path]
  if (!isInputObjectType(named) || above.includes(named)) return []
  return Object.values(named.getFields()).flatMap((one) =>
    pathsIn(one.type, [...path, one.name], [...above, named]),
  )
}

/** A document that calls the field, and variables in which `path` has the id and what else is needed is `own`. */
export function callWith(
  operation: 'query' | 'mutation' | 'subscription',
  { field, path }: IdPath,
  id: string,
  own: (name: string, type: string) => unknown,
) {
  const args = field.args.filter(({ name, type }) => name === path[0] || isNonNullType(type))
  const given = args.map(({ name }) => `$${name}: ${field.args.find((a) => a.name === name)?.type}`)
  const passed = args.map(({ name }) => `${name}: $${name}`)
  const document = `${operation} (${given}) { result: ${field.name}(${passed}) { ${selectionOf(field)} } }`
  const variables = Object.fromEntries(
    args.map(({ name, type }) => [
      name,
      filled(name, type, name === path[0] ? path.slice(1) : undefined),
    ]),
  )
  return { document, variables }

  /** `rest`: the way on to the id; undefined where it does not lead through here. */
  function filled(name: string, type: GraphQLInputType, rest: string[] | undefined): unknown {
    const nullable = getNullableType(type)
    if (isListType(nullable)) return [filled(name, nullable.ofType, rest)]
    if (isInputObjectType(nullable)) {
      const needed = Object.values(nullable.getFields()).filter(
        (one) => one.name === rest?.[0] || isNonNullType(one.type),
      )
      return Object.fromEntries(
        needed.map((one) => [
          one.name,
          filled(one.name, one.type, one.name === rest?.[0] ? rest.slice(1) : undefined),
        ]),
      )
    }
    if (rest) return id
    return isEnumType(nullable) ? nullable.getValues()[0]?.name : own(name, String(nullable))
  }
}

function selectionOf({ type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type)
  if (isUnionType(named)) return '__typename ... on Error { code message }'
  const hasNodes = isObjectType(named) && 'nodes' in named.getFields()
  return hasNodes ? '__typename nodes { __typename }' : '__typename'
}
