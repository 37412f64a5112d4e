import {
  defaultTypeResolver,
  type FieldNode,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { inspect } from 'graphql/jsutils/inspect.js'
import { fail, isPromise, type MaybePromise, type Path, type Run } from './run.ts'

/** What a resolver gave, as the answer shows it. */
export type Complete = (
  run: Run,
  value: unknown,
  path: Path,
  /** The field's own place: of what lies in a list as well. */
  place: Path,
) => MaybePromise<unknown>

export type InfoOf = (run: Run, place: Path) => GraphQLResolveInfo

/** Executes what is selected of an object. */
export type ExecuteSelection = (
  run: Run,
  source: unknown,
  path: Path | undefined,
) => MaybePromise<unknown>

/** What completing needs to know of the field. */
export type Completed = {
  /** `Type.field`, for sentences. */
  name: string
  fieldNodes: readonly FieldNode[]
  infoOf: InfoOf
  selectionOf: (type: GraphQLObjectType) => ExecuteSelection
}

/** `completeValue` of graphql-js, with all that the type decides on decided beforehand. */
export function completerOf(type: GraphQLOutputType, field: Completed): Complete {
  const complete = ofType(type, field)
  return (run, value, path, place) => {
    if (value instanceof Error) throw value
    return complete(run, value, path, place)
  }
}

function ofType(type: GraphQLOutputType, field: Completed): Complete {
  if (isNonNullType(type)) return notNull(ofType(type.ofType, field), field)
  const complete = isListType(type)
    ? list(type, field)
    : isLeafType(type)
      ? leaf(type)
      : isObjectType(type)
        ? object(type, field)
        : abstract(type, field)
  return (run, value, path, place) => (value == null ? null : complete(run, value, path, place))
}

function notNull(complete: Complete, { name }: Completed): Complete {
  return (run, value, path, place) => {
    const completed = complete(run, value, path, place)
    if (completed !== null) return completed
    throw new Error(`Cannot return null for non-nullable field ${name}.`)
  }
}

function leaf(type: GraphQLLeafType): Complete {
  return (_run, value) => {
    const serialized = type.serialize(value)
    if (serialized != null) return serialized
    throw new Error(
      `Expected \`${type}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
    )
  }
}

function list({ ofType: itemType }: GraphQLList<GraphQLOutputType>, field: Completed): Complete {
  const completeItem = completerOf(itemType, field)
  return (run, value, path, place) => {
    if (typeof value !== 'object' || !(Symbol.iterator in (value as object))) {
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${field.name}".`)
    }
    let waits = false
    const failItem = (raw: unknown, at: Path) => fail(run, raw, itemType, field.fieldNodes, at)
    const completed: unknown[] = []
    // Those that are on their way may fail as well, which nobody would hear any more: that would end the process.
    const failOrForget = (raw: unknown, at: Path) => {
      try {
        return failItem(raw, at)
      } catch (error) {
        void Promise.allSettled(completed)
        throw error
      }
    }
    for (const item of value as Iterable<unknown>) {
      const at: Path = { prev: path, key: completed.length, typename: undefined }
      try {
        const done = isPromise(item)
          ? item.then((resolved) => completeItem(run, resolved, at, place))
          : completeItem(run, item, at, place)
        if (isPromise(done)) {
          waits = true
          completed.push(done.then(undefined, (raw) => failItem(raw, at)))
        } else {
          completed.push(done)
        }
      } catch (raw) {
        completed.push(failOrForget(raw, at))
      }
    }
    return waits ? Promise.all(completed) : completed
  }
}

function object(type: GraphQLObjectType, { fieldNodes, infoOf, selectionOf }: Completed): Complete {
  let execute: ExecuteSelection | undefined
  const run = (run: Run, value: unknown, path: Path) => {
    execute ??= selectionOf(type)
    return execute(run, value, path)
  }
  const { isTypeOf } = type
  if (!isTypeOf) return run
  const checked = (is: boolean, one: Run, value: unknown, path: Path) => {
    if (is) return run(one, value, path)
    throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, {
      nodes: fieldNodes,
    })
  }
  return (one, value, path, place) => {
    const is = isTypeOf(value, one.context, infoOf(one, place))
    if (!isPromise(is)) return checked(is, one, value, path)
    return is.then((resolved) => checked(resolved, one, value, path))
  }
}

function abstract(type: GraphQLAbstractType, field: Completed): Complete {
  const completers = new Map<GraphQLObjectType, Complete>()
  const resolveType = type.resolveType ?? defaultTypeResolver
  const as = (name: unknown, run: Run, value: unknown, path: Path, place: Path) => {
    const concrete = possibleType(name, type, run, field)
    const known = completers.get(concrete)
    const complete = known ?? object(concrete, field)
    if (!known) completers.set(concrete, complete)
    return complete(run, value, path, place)
  }
  return (run, value, path, place) => {
    const name = resolveType(value, run.context, field.infoOf(run, place), type)
    if (!isPromise(name)) return as(name, run, value, path, place)
    return name.then((resolved) => as(resolved, run, value, path, place))
  }
}

function possibleType(
  name: unknown,
  type: GraphQLAbstractType,
  { schema }: Run,
  { name: field, fieldNodes }: Completed,
): GraphQLObjectType {
  const found = typeof name === 'string' ? schema.getType(name) : undefined
  if (isObjectType(found) && schema.isSubType(type, found)) return found
  throw new GraphQLError(`"${type.name}" was resolved to ${inspect(name)} for field "${field}".`, {
    nodes: fieldNodes,
  })
}
