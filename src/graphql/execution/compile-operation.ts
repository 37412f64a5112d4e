import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getNullableType,
  isLeafType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js'
import { completerOf, type ExecuteSelection, type InfoOf } from './complete-value.ts'
import { decidingVariables, fieldOf, fragmentsOf } from './document-parts.ts'
import { FieldErrors, fail, isPromise, type MaybePromise, type Path, type Run } from './run.ts'

export type Given = Pick<Run, 'rootValue' | 'context' | 'variables' | 'signal'>
export type CompiledOperation = (given: Given) => MaybePromise<ExecutionResult>

/** Of one operation, by what its directives go by. */
const mostVariants = 50

/** In place of a path that is not looked at. */
const nowhere: Path = { prev: undefined, key: '', typename: undefined }

type ExecuteField = {
  key: string
  execute: (run: Run, source: unknown, path: Path | undefined) => unknown
}

/**
 * An operation of a valid document, as a function: what graphql-js finds out anew for each object (which fields are
 * asked for, who resolves them, what becomes of their values) is found out once. What it answers is what graphql-js
 * answers; test/graphql/compiled.test.ts holds both side by side.
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledOperation {
  const fragments = fragmentsOf(document)
  const type = schema.getRootType(operation.operation) as GraphQLObjectType
  const inTurn = operation.operation === OperationTypeNode.MUTATION
  const deciding = decidingVariables(document, operation)
  // `@skip` and `@include` make other operations of one: each is compiled when it first comes.
  const variants = new Map<string, ExecuteSelection>()

  const variantFor = (variables: Run['variables']): ExecuteSelection => {
    const which = deciding.map((name) => variables[name]).join()
    const known = variants.get(which)
    if (known) return known
    // Of the variables only these are kept: they are the same whenever this variant runs, and tell nothing of anybody.
    const decided = Object.fromEntries(
      deciding.filter((name) => name in variables).map((name) => [name, variables[name]]),
    )
    const collected = collectFields(schema, fragments, decided, type, operation.selectionSet)
    const compile = compilerFor({ schema, fragments, variables: decided })
    const made = (inTurn ? oneByOne : atOnce)(compile(type, collected))
    if (variants.size >= mostVariants) variants.clear()
    variants.set(which, made)
    return made
  }

  return (given) => {
    const run: Run = { schema, operation, fragments, errors: new FieldErrors(), ...given }
    const answer = (data: unknown): ExecutionResult =>
      run.errors.all.length === 0
        ? { data: data as ExecutionResult['data'] }
        : { errors: run.errors.all, data: data as ExecutionResult['data'] }
    const failed = (error: unknown) => {
      run.errors.add(error as never, undefined)
      return answer(null)
    }
    try {
      const data = variantFor(run.variables)(run, run.rootValue, undefined)
      return isPromise(data) ? data.then(answer, failed) : answer(data)
    } catch (error) {
      return failed(error)
    }
  }
}

type Compile = (
  type: GraphQLObjectType,
  collected: ReadonlyMap<string, readonly FieldNode[]>,
) => ExecuteField[]

function compilerFor({
  schema,
  fragments,
  variables,
}: Pick<Run, 'schema' | 'fragments' | 'variables'>): Compile {
  function compile(type: GraphQLObjectType, collected: Parameters<Compile>[1]): ExecuteField[] {
    return [...collected].flatMap(([key, nodes]) => {
      const field = fieldOf(schema, type, nodes[0] as FieldNode)
      return field ? { key, execute: compileField(type, field, key, nodes) } : []
    })
  }

  function compileField(
    parentType: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    key: string,
    fieldNodes: readonly FieldNode[],
  ): ExecuteField['execute'] {
    const { type: returnType, name: fieldName, resolve } = field
    const typename = parentType.name
    const node = fieldNodes[0] as FieldNode
    const takesArguments = field.args.length > 0
    // Who declares no fourth parameter reads none.
    const readsInfo = resolve !== undefined && (resolve.length === 0 || resolve.length > 3)
    const infoOf: InfoOf = (run, path) => ({
      fieldName,
      fieldNodes,
      returnType,
      parentType,
      path,
      schema,
      fragments,
      operation: run.operation,
      rootValue: run.rootValue,
      variableValues: run.variables,
    })
    const complete = completerOf(returnType, {
      name: `${typename}.${fieldName}`,
      fieldNodes,
      infoOf,
      selectionOf: (type) =>
        atOnce(compile(type, collectSubfields(schema, fragments, variables, type, fieldNodes))),
    })

    function resolved(run: Run, source: unknown, path: Path): unknown {
      const args = takesArguments ? getArgumentValues(field, node, run.variables) : {}
      if (!resolve) return readProperty(source, fieldName, args, run, () => infoOf(run, path))
      const info = readsInfo ? infoOf(run, path) : (undefined as never)
      return resolve(source, args, run.context, info)
    }

    const inFull: ExecuteField['execute'] = (run, source, prev) => {
      const path: Path = { prev, key, typename }
      try {
        if (run.signal?.aborted) throw run.signal.reason
        const value = resolved(run, source, path)
        const done = isPromise(value)
          ? value.then((one) => complete(run, one, path, path))
          : complete(run, value, path, path)
        if (!isPromise(done)) return done
        return done.then(undefined, (raw) => fail(run, raw, returnType, fieldNodes, path))
      } catch (raw) {
        return fail(run, raw, returnType, fieldNodes, path)
      }
    }

    if (takesArguments || readsInfo || !isLeafType(getNullableType(returnType))) return inFull
    // Most of what is asked for is a value that is there already, of which nobody will ask where it stands.
    return (run, source, prev) => {
      try {
        if (run.signal?.aborted) throw run.signal.reason
        const value = resolve
          ? resolve(source, {}, run.context, undefined as never)
          : propertyOf(source, fieldName)
        if (!resolve && typeof value === 'function') return inFull(run, source, prev)
        if (!isPromise(value)) return complete(run, value, nowhere, nowhere)
        return value
          .then((one) => complete(run, one, nowhere, nowhere))
          .then(undefined, (raw) => fail(run, raw, returnType, fieldNodes, { prev, key, typename }))
      } catch (raw) {
        return fail(run, raw, returnType, fieldNodes, { prev, key, typename })
      }
    }
  }

  return compile
}

function atOnce(fields: ExecuteField[]): ExecuteSelection {
  const newObject = objectFor(fields)
  return (run, source, path) => {
    const values = newObject()
    let waits = false
    try {
      for (let place = 0; place < fields.length; place += 1) {
        const { key, execute } = fields[place] as ExecuteField
        const value = execute(run, source, path)
        values[key] = value
        if (isPromise(value)) waits = true
      }
    } catch (error) {
      if (!waits) throw error
      return settled(values).finally(() => {
        throw error
      })
    }
    return waits ? settled(values) : values
  }
}

function oneByOne(fields: ExecuteField[]): ExecuteSelection {
  const newObject = objectFor(fields)
  return async (run, source, path) => {
    const values = newObject()
    for (const { key, execute } of fields) values[key] = await execute(run, source, path)
    return values
  }
}

/** `defaultFieldResolver` of graphql-js, which makes `info` only for what asks for it. */
function readProperty(
  source: unknown,
  name: string,
  args: object,
  { context }: Run,
  info: () => GraphQLResolveInfo,
): unknown {
  const property = propertyOf(source, name)
  return typeof property === 'function' ? property.call(source, args, context, info()) : property
}

function propertyOf(source: unknown, name: string): unknown {
  const has = source !== null && (typeof source === 'object' || typeof source === 'function')
  return has ? (source as Record<string, unknown>)[name] : undefined
}

/** The values in place of their promises, which stand in the order of the answer already. */
function settled(values: Record<string, unknown>): Promise<Record<string, unknown>> {
  const waiting = Object.keys(values).filter((key) => isPromise(values[key]))
  const settle = (key: string) =>
    (values[key] as Promise<unknown>).then((value) => {
      values[key] = value
      return values
    })
  const [only] = waiting
  if (only !== undefined && waiting.length === 1) return settle(only)
  return Promise.all(waiting.map(settle)).then(() => values)
}

/** Plain objects are written out fastest, but one name means something else in them. */
function objectFor(fields: ExecuteField[]): () => Record<string, unknown> {
  const isPlain = fields.every(({ key }) => key !== '__proto__')
  return isPlain ? () => ({}) : () => Object.create(null)
}
