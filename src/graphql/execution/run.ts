import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isNonNullType,
  locatedError,
  type OperationDefinitionNode,
} from 'graphql'

export type Path = GraphQLResolveInfo['path']
export type MaybePromise<Value> = Value | Promise<Value>

/** One execution of an operation, and what went wrong in it so far. */
export type Run = {
  schema: GraphQLSchema
  operation: OperationDefinitionNode
  fragments: Record<string, FragmentDefinitionNode>
  rootValue: unknown
  context: unknown
  /** As the operation declares them: coerced, with their defaults. */
  variables: Record<string, unknown>
  /** Once it fires no resolver begins any more. */
  signal: AbortSignal | undefined
  errors: FieldErrors
}

/** As in graphql-js: nothing is told of what lies within a place that an error has made null already. */
export class FieldErrors {
  readonly all: GraphQLError[] = []
  readonly #nulled = new Set<Path | undefined>()

  add(error: GraphQLError, path: Path | undefined): void {
    for (let place = path; place; place = place.prev) if (this.#nulled.has(place)) return
    if (this.#nulled.has(undefined)) return
    this.#nulled.add(path)
    this.all.push(error)
  }
}

/** What becomes of a place where something went wrong: null where it may be, else its parent has to bear it. */
export function fail(
  run: Run,
  raw: unknown,
  type: GraphQLOutputType,
  fieldNodes: readonly FieldNode[],
  path: Path,
): null {
  const error = locatedError(raw, fieldNodes, keysOf(path))
  if (isNonNullType(type)) throw error
  run.errors.add(error, path)
  return null
}

function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = []
  for (let place: Path | undefined = path; place; place = place.prev) keys.push(place.key)
  return keys.reverse()
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}
