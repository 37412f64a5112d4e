import { type GraphQLSchema, isObjectType } from 'graphql'
import { topLevelError } from './errors.ts'

/** How many lines a page has when nobody says, and at most. */
export const pageSize = { defaultSize: 20, maxSize: 100 } as const

export type PageArgs = {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
}

/** Refuses a page size that would otherwise be cut in silence, and what says two things at once. */
export function checkPage({ first, last, after, before }: PageArgs): void {
  for (const [name, value, cursor] of [
    ['first', first, 'after'],
    ['last', last, 'before'],
  ] as const) {
    if (value != null && (value < 1 || value > pageSize.maxSize)) {
      throw topLevelError(
        'BAD_USER_INPUT',
        `\`${name}\` must be from 1 to ${pageSize.maxSize}; got ${value}. Ask for more with \`${cursor}\`.`,
      )
    }
  }
  if (first != null && last != null) {
    throw topLevelError('BAD_USER_INPUT', 'Give `first` or `last`, not both.')
  }
  const backward = last != null || before != null
  if (backward && (first != null || after != null)) {
    throw topLevelError(
      'BAD_USER_INPUT',
      'Forward goes `first` with `after`, backward `last` with `before`: give one of the pairs.',
    )
  }
}

/** How many rows a page asks for: one more than it shows, which tells whether more follow. Negative: from the back. */
export function takeOf({ first, last, before }: PageArgs): number {
  const size = (first ?? last ?? pageSize.defaultSize) + 1
  return last != null || before != null ? -size : size
}

/** The rows that `takeOf` asked for, as Relay shows them. A cursor is made when it is asked for. */
export function connectionOf<Row extends { id: string }>(rows: Row[], args: PageArgs) {
  const take = takeOf(args)
  const isFull = rows.length === Math.abs(take)
  const shown = isFull ? rows.slice(take < 0 ? 1 : 0, take < 0 ? undefined : -1) : rows
  const edges = shown.map((node) => new Edge(node))
  return {
    edges,
    args,
    pageInfo: {
      hasNextPage: args.before != null || (take > 0 && isFull),
      hasPreviousPage: args.after != null || (take < 0 && isFull),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

class Edge<Row extends { id: string }> {
  readonly node: Row

  constructor(node: Row) {
    this.node = node
  }

  /** As Pothos makes those of all other lists: see check-cursor.ts. */
  get cursor(): string {
    return btoa(`GPC:S:${this.node.id}`)
  }
}

/** What all lists have in common, said once. */
export const pageDescriptions = {
  firstArgOptions: {
    description: `So many from the front, 1 to ${pageSize.maxSize}; ${pageSize.defaultSize} when neither \`first\` nor \`last\` is given.`,
  },
  lastArgOptions: { description: `So many from the back, 1 to ${pageSize.maxSize}.` },
  afterArgOptions: {
    description:
      'Only what follows this cursor: the `endCursor` of the page before, of the same list. Goes with `first`.',
  },
  beforeArgOptions: {
    description:
      'Only what precedes this cursor: the `startCursor` of the page that follows, of the same list. Goes with `last`.',
  },
  edgesFieldOptions: { description: 'The things on this page, each with its cursor.' },
  pageInfoFieldOptions: { description: 'Where this page stands in the list.' },
  cursorFieldOptions: { description: 'Its place in the list, for `after` and `before`.' },
  nodeFieldOptions: { description: 'The thing itself.' },
  pageInfoTypeOptions: { description: 'Where a page of a list stands.' },
  hasNextPageFieldOptions: { description: 'Whether something follows.' },
  hasPreviousPageFieldOptions: { description: 'Whether something precedes.' },
  startCursorFieldOptions: { description: 'The cursor of the first thing on this page.' },
  endCursorFieldOptions: { description: 'The cursor of the last thing on this page.' },
} as const

/** Describes every `totalCount`, which Pothos adds to connections without asking for words. */
export function describeTotalCounts(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    const count = isObjectType(type) && type.getFields().totalCount
    if (count) count.description ??= 'How many there are on all pages together.'
  }
  return schema
}
