import {
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'

/** A field with arguments that are good enough to be looked at, and no more. */
export function asked({ name, args, type }: GraphQLField<unknown, unknown>): string {
  const given = args
    // A cursor of nothing ends at once what would go on for ever.
    .filter((arg) => isRequiredArgument(arg) || (arg.name === 'after' && !isConnection(type)))
    .map((arg) => `${arg.name}: ${literalOf(arg.type)}`)
    .join(', ')
  const selection = isLeafType(getNamedType(type)) ? '' : ' { __typename }'
  return `${name}${given && `(${given})`}${selection}`
}

const isConnection = (type: unknown) => String(type).includes('Connection')

function literalOf(type: GraphQLInputType): string {
  const nullable = getNullableType(type)
  if (isListType(nullable)) return '[]'
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? 'null'
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields()).filter(isRequiredInputField)
    return `{ ${fields.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`
  }
  const { name } = nullable as { name: string }
  if (name === 'Int') return '1'
  if (name === 'Boolean') return 'true'
  return name === 'DateTime' ? '"2030-01-01T00:00:00.000Z"' : '"x"'
}
