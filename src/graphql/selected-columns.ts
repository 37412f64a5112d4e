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
  const fieldsIn = (selections: readonly SelectionNode[]): FieldNode[] =>
    selections.flatMap((one) => {
      if (one.kind === Kind.FIELD) return one
      const inner = one.kind === Kind.INLINE_FRAGMENT ? one : fragments[one.name.value]
      return fieldsIn(inner?.selectionSet.selections ?? [])
    })
  const inside = (nodes: readonly FieldNode[]) =>
    nodes.flatMap(({ selectionSet }) => fieldsIn(selectionSet?.selections ?? []))
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
