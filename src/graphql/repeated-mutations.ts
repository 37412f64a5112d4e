import {
  type DocumentNode,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'

/** A rule against guessing, ordering or sending many times in one request, which limits a request would miss. */
export function repeatedMutations(report: (context: ValidationContext) => void): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      if (operation.operation !== OperationTypeNode.MUTATION) return
      const answered = new Map<string, Set<string>>()
      for (const { name, key } of rootFields(operation.selectionSet, context.getDocument())) {
        answered.set(name, (answered.get(name) ?? new Set()).add(key))
      }
      if ([...answered.values()].some((keys) => keys.size > 1)) report(context)
    },
  })
}

type RootField = { name: string; key: string }

/** Of a selection itself, not of what lies below; through fragments, each of which is looked into once. */
function rootFields(
  { selections }: SelectionSetNode,
  document: DocumentNode,
  entered = new Set<string>(),
): RootField[] {
  return selections.flatMap((selection): RootField[] => {
    if (selection.kind === Kind.FIELD) {
      const name = selection.name.value
      return [{ name, key: selection.alias?.value ?? name }]
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return rootFields(selection.selectionSet, document, entered)
    }
    const name = selection.name.value
    if (entered.has(name)) return []
    entered.add(name)
    const fragment = document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    )
    if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) return []
    return rootFields(fragment.selectionSet, document, entered)
  })
}
