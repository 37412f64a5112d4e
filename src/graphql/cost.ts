import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  isIntrospectionType,
  isLeafType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity'
import { decidingVariables } from './execution/document-parts.ts'
import { limitExceeded } from './limits.ts'
import { type PageArgs, pageSize } from './pagination.ts'

/** How many things one operation may ask for. */
export const maxObjects = 25_000

/** A list without pages (the parties of a call, a timeline) is short. */
const shortList = 5
/** What a change costs besides what it answers: locks, events, jobs, what RingCentral is asked. */
const changeCosts = 10

export type Asked = Pick<
  ExecutionArgs,
  'schema' | 'document' | 'variableValues' | 'operationName'
> & {
  /** Somebody has seen that the variables are as the operation declares them. */
  fits?: boolean
}

/**
 * How many things an operation may have to fetch at most: each object counts one, a page as many times as it
 * may have lines, and a mutation ten more. Scalars are free. At least 1.
 *
 * @throws GraphQLError LIMIT_EXCEEDED when that is more than `maxObjects`
 */
export function costOf({ schema, document, variableValues, operationName, fits }: Asked): number {
  const operation = getOperationAST(document, operationName)
  const variables = { ...variableValues }
  // An operation that is not there, or whose variables do not fit, is refused in the words of those who look for it.
  const wrong =
    !operation ||
    (!fits &&
      getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 })
        .errors)
  if (wrong) return 1

  const things = rememberedFor(document, operation, variables, () =>
    thingsOf(schema, document, variables, operationName),
  )
  if (things > maxObjects) {
    throw limitExceeded(
      'objects',
      maxObjects,
      `The operation may have to fetch more than ${maxObjects} things: ask for smaller pages, or for less in each line.`,
    )
  }
  const changes = operation.operation === OperationTypeNode.MUTATION ? changeCosts : 0
  return Math.max(1, things + changes)
}

function thingsOf(
  schema: GraphQLSchema,
  query: DocumentNode,
  variables: Record<string, unknown>,
  operationName: ExecutionArgs['operationName'],
): number {
  const name = operationName ? { operationName } : {}
  try {
    return getComplexity({ schema, query, variables, ...name, estimators: [countThings] })
  } catch (error) {
    // It counts no further than 10,000 fields, each as often as fragments lead to it.
    if (error instanceof GraphQLError) return Number.POSITIVE_INFINITY
    throw error
  }
}

const countThings: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const named = getNamedType(field.type)
  // The schema itself is in memory, and how deep one may look into it is graphql-js' business.
  if (isLeafType(named) || isIntrospectionType(named)) return 0
  if (isWrapping(named)) return linesOf(field.args, args) * childComplexity
  const isShortList = isListType(getNullableType(field.type)) && !isWrapping(type)
  return (isShortList ? shortList : 1) * (1 + childComplexity)
}

/** What stands around the things of a list: https://relay.dev/graphql/connections.htm */
function isWrapping(type: GraphQLNamedType): boolean {
  if (!isObjectType(type)) return false
  const fields = type.getFields()
  return 'pageInfo' in fields || 'hasNextPage' in fields || ('cursor' in fields && 'node' in fields)
}

/** How many lines a page may have. One larger than allowed is refused, in better words, by who makes it. */
function linesOf(taken: readonly { name: string }[], { first, last }: PageArgs): number {
  if (!taken.some(({ name }) => name === 'first')) return 1
  return Math.min(Math.max(1, first ?? last ?? pageSize.defaultSize), pageSize.maxSize)
}

type Counted = { deciding: string[]; counts: Map<string, number> }
const counted = new WeakMap<OperationDefinitionNode, Counted>()
/** Of one operation, for pages of different sizes. */
const mostCounts = 50

/**
 * Of all variables only those decide that say how large a page is, and what directives leave out: with the same in
 * them, an operation costs the same.
 */
function rememberedFor(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  count: () => number,
): number {
  const known = counted.get(operation) ?? {
    deciding: decidingVariables(document, operation, ['first', 'last']),
    counts: new Map(),
  }
  counted.set(operation, known)
  const { deciding, counts } = known
  // One that is left out has its default, unlike one that is null.
  const which = deciding.map((name) => `${variables[name]}`).join()
  const before = counts.get(which)
  if (before !== undefined) return before
  const now = count()
  if (counts.size >= mostCounts) counts.clear()
  counts.set(which, now)
  return now
}
