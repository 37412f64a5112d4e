import { type ExecutionArgs, getVariableValues } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from './context.ts'
import type { KnownDocuments, KnownOperation } from './known-documents.ts'

/** Executes queries and mutations as compiled functions, and remembers which documents have come so far. */
export function executeCompiled(documents: KnownDocuments): Plugin<Context> {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      documents.remember(args.document)
      const operation = documents.operationOf(args.document, args.operationName)
      if (!operation) return
      const variables = coerced(operation, args)
      // What does not fit is refused in the engine's own words.
      setExecuteFn(variables ? (args) => execute(operation, variables, args) : executeFn)
    },
  }
}

/** The variables as the operation declares them; undefined if they do not fit. */
export function coerced(
  { node }: KnownOperation,
  { schema, variableValues }: Pick<ExecutionArgs, 'schema' | 'variableValues'>,
): Record<string, unknown> | undefined {
  const { variableDefinitions = [] } = node
  return getVariableValues(schema, variableDefinitions, variableValues ?? {}, { maxErrors: 1 })
    .coerced
}

export function execute(
  operation: KnownOperation,
  variables: Record<string, unknown>,
  {
    rootValue,
    contextValue,
    signal,
  }: { rootValue?: unknown; contextValue?: unknown; signal?: AbortSignal },
) {
  return operation.execute({ rootValue, context: contextValue, variables, signal })
}
