import {
  type FieldNode,
  type GraphQLResolveInfo,
  isObjectType,
  Kind,
  type SelectionNode,
  TypeNameMetaFieldDef,
} from 'graphql'

const known = new WeakMap<readonly FieldNode[], readonly string[] | undefined>()

/**
 * The columns that a page of rows needs for what is asked of them, with the id; undefined if it may take any: some field
 * is made of more than the column of its name. Found out once for each place in a document.
 */
export function selectedColumns(
  info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'schema'>,
  typename: string,
): readonly string[] | undefined {
  const { fieldNodes } = info
  if (known.has(fieldNodes)) return known.get(fieldNodes)
  const columns = columnsOf(info, typename)
  known.set(fieldNodes, columns)
  return columns
}

function columnsOf(
  { fieldNodes, fragments, schema }: Parameters<typeof selectedColumns>[0],
  typename: string,
): readonly string[] | undefined {
  const type = schema.getType(typename)
  if (!isObjectType(type)) return undefined

  /** All fields in there, through fragments, whatever directives leave out. */
  const fieldsIn = (selections: readonly SelectionNode[]): FieldNode[] =>
    selections.flatMap((one) => {
      if (one.kind === Kind.FIELD) return one
      const inner = one.kind === Kind.INLINE_FRAGMENT ? one : fragments[one.name.value]
      return fieldsIn(inner?.selectionSet.selections ?? [])
    })
  const under = (nodes: readonly FieldNode[], name: string) =>
    nodes
      .flatMap(({ selectionSet }) => fieldsIn(selectionSet?.selections ?? []))
      .filter((node) => node.name.value === name)

  const rows = [...under(fieldNodes, 'nodes'), ...under(under(fieldNodes, 'edges'), 'node')]
  const columns = new Set(['id'])
  for (const { name } of rows.flatMap((row) => fieldsIn(row.selectionSet?.selections ?? []))) {
    if (name.value === TypeNameMetaFieldDef.name || name.value === 'id') continue
    // Pothos notes of what stands for a column, and of nothing else, which one that is.
    const column = type.getFields()[name.value]?.extensions.pothosPrismaVariant
    if (typeof column !== 'string') return undefined
    columns.add(column)
  }
  return [...columns].sort()
}
