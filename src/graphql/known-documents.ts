import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'
import { type CompiledOperation, compileOperation } from './execution/compile-operation.ts'

/** An operation that has been found valid, and is compiled when it is first executed. */
export type KnownOperation = {
  document: DocumentNode
  node: OperationDefinitionNode
  execute: CompiledOperation
}

/** A dashboard has a few dozens; what nobody asks for any more makes room. */
const mostDocuments = 500

export type KnownDocuments = ReturnType<typeof createKnownDocuments>

/** Documents that were parsed and found valid before, by their text, so that neither is done again. */
export function createKnownDocuments(schema: GraphQLSchema) {
  const known = new Map<string, DocumentNode>()
  const operations = new WeakMap<DocumentNode, Map<string, KnownOperation>>()

  function compiled(document: DocumentNode, node: OperationDefinitionNode): KnownOperation {
    let execute: CompiledOperation | undefined
    return {
      document,
      node,
      execute(given) {
        execute ??= compileOperation(schema, document, node)
        return execute(given)
      },
    }
  }

  function operationsOf(document: DocumentNode): Map<string, KnownOperation> {
    const found = operations.get(document)
    if (found) return found
    const made = new Map<string, KnownOperation>()
    const nodes = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
    for (const node of nodes) {
      if (node.operation === OperationTypeNode.SUBSCRIPTION) continue
      const operation = compiled(document, node)
      if (node.name) made.set(node.name.value, operation)
      // Who names none means the only one.
      if (nodes.length === 1) made.set('', operation)
    }
    operations.set(document, made)
    return made
  }

  /** A query or mutation of a valid document; undefined for subscriptions, and for what is not there. */
  function operationOf(document: DocumentNode, name: string | null | undefined) {
    return name === '' ? undefined : operationsOf(document).get(name ?? '')
  }

  return {
    operationOf,

    /** Only of documents that are valid. */
    remember(document: DocumentNode): void {
      const text = document.loc?.source.body
      if (text === undefined || known.has(text)) return
      known.set(text, document)
      const [oldest] = known.keys()
      if (known.size > mostDocuments && oldest !== undefined) known.delete(oldest)
    },

    find(text: string, name: string | null | undefined): KnownOperation | undefined {
      const document = known.get(text)
      if (!document) return undefined
      // What is asked for most stays longest.
      known.delete(text)
      known.set(text, document)
      return operationOf(document, name)
    },
  }
}
