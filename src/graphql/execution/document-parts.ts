import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
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

/** The variables that directives go by. */
export function decidingVariables(document: DocumentNode): string[] {
  const names = new Set<string>()
  const note = { Variable: ({ name }: { name: { value: string } }) => void names.add(name.value) }
  visit(document, { Directive: (directive) => void visit(directive, note) })
  return [...names]
}
