import {
  type FieldNode,
  type GraphQLResolveInfo,
  isObjectType,
  Kind,
  type SelectionNode,
} from 'graphql'

type Asked = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'schema'>

/** What a connection's rows are needed for. */
export type SelectedRows = {
  /** Whether any row is asked for; not for `totalCount` alone. */
  some: boolean
  /** The columns, with the id; undefined if it may be any: some field is made of more than the column of its name. */
  columns: readonly string[] | undefined
}

const known = new WeakMap<readonly FieldNode[], SelectedRows>()

/** What is asked of the rows of a connection. Found out once for each place in a document, whatever directives leave out. */
export function selectedRows(info: Asked, typename: string): SelectedRows {
  const found = known.get(info.fieldNodes)
  if (found) return found
  const selected = rowsOf(info, typename)
  known.set(info.fieldNodes, selected)
  return selected
}

function rowsOf({ fieldNodes, fragments, schema }: Asked, typename: string): SelectedRows {
  const type = schema.getType(typename)
  const fields = isObjectType(type) ? type.getFields() : {}

  /** All fields in there, through fragments, whatever directives leave out. */
  const inside = (nodes: readonly FieldNode[]) => {
    const found: FieldNode[] = []
    // Each is looked into once: a few that name each other twice lead to millions of places.
    const fragmentsSeen = new Set<string>()
    const lookInto = (selections: readonly SelectionNode[] = []) => {
      for (const one of selections) {
        if (one.kind === Kind.FIELD) found.push(one)
        else if (one.kind === Kind.INLINE_FRAGMENT) lookInto(one.selectionSet.selections)
        else if (!fragmentsSeen.has(one.name.value)) {
          fragmentsSeen.add(one.name.value)
          lookInto(fragments[one.name.value]?.selectionSet.selections)
        }
      }
    }
    for (const { selectionSet } of nodes) lookInto(selectionSet?.selections)
    return found
  }
  const named = (nodes: readonly FieldNode[], name: string) =>
    nodes.filter((node) => node.name.value === name)

  const asked = inside(fieldNodes)
  const some = asked.some(({ name: { value } }) => value !== 'totalCount' && value !== '__typename')
  const rows = [...named(asked, 'nodes'), ...named(inside(named(asked, 'edges')), 'node')]
  const columns = new Set(['id'])
  for (const { name } of inside(rows)) {
    if (name.value === '__typename' || name.value === 'id') continue
    // Pothos notes of what stands for a column, and of nothing else, which one that is.
    const column = fields[name.value]?.extensions.pothosPrismaVariant
    if (typeof column !== 'string') return { some, columns: undefined }
    columns.add(column)
  }
  return { some, columns: [...columns].sort() }
}
