import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql'

/** As graphql-js finds them: three are of every schema. */
export function fieldOf(schema: GraphQLSchema, type: GraphQLObjectType, { name }: FieldNode) {
  if (name.value === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef
  if (type === schema.getQueryType()) {
    if (name.value === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
    if (name.value === TypeMetaFieldDef.name) return TypeMetaFieldDef
  }
  return type.getFields()[name.value]
}

export function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null)
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments[one.name.value] = one
  }
  return fragments
}

/**
 * The variables of an operation that directives go by, and these arguments of fields. All of these types, of which there
 * are few values or short ones: in another operation of the document the same name may stand for anything.
 */
export function decidingVariables(
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
  argumentsOfFields: readonly string[] = [],
): string[] {
  const named = new Set<string>()
  const note = ({ value }: ArgumentNode) => {
    if (value.kind === Kind.VARIABLE) named.add(value.name.value)
  }
  visit(document, {
    Field: ({ arguments: given = [] }) =>
      given.filter(({ name }) => argumentsOfFields.includes(name.value)).forEach(note),
    Directive: ({ arguments: given = [] }) => given.forEach(note),
  })
  return variableDefinitions
    .filter(({ type }) => shortTypes.includes(print(type)))
    .map(({ variable }) => variable.name.value)
    .filter((name) => named.has(name))
}

const shortTypes = ['Boolean', 'Boolean!', 'Int', 'Int!']
