import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/**
 * The variables of a document that are used anywhere but in the arguments of a subscription's own field: those that
 * what it answers can depend on. The others say which events it hears of.
 */
export function variablesBeyondRoot(schema: GraphQLSchema, document: DocumentNode): string[] {
  const names = new Set<string>()
  const types = new TypeInfo(schema)
  let isOfRoot = false
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: () => {
        isOfRoot = types.getParentType() === schema.getSubscriptionType()
      },
      // Of a field, since those of its directives are looked into below.
      Argument: () => (isOfRoot ? false : undefined),
      Directive: {
        enter() {
          isOfRoot = false
        },
      },
      // Here they are only declared.
      [Kind.VARIABLE_DEFINITION]: () => false,
      Variable: ({ name }) => void names.add(name.value),
    }),
  )
  return [...names].sort()
}
