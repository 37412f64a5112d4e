import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import type { OperationResult } from 'graphql-ws'
import { toldToClient } from './mask.ts'

/** An operation that was not even begun: the protocol has an `error` message for that, not a `next`. */
class Refused extends Error {
  readonly errors: readonly GraphQLError[]
  constructor(errors: readonly GraphQLError[]) {
    super('Refused')
    this.errors = errors
  }
}

/** What fails once it has begun names its place; graphql-ws says `error` for what a stream throws. */
export function refusal(result: Awaited<OperationResult>): OperationResult | undefined {
  if (!('errors' in result) || 'data' in result) return undefined
  const { errors = [] } = result
  if (errors.length === 0 || errors.some(({ path }) => path)) return undefined
  const next = () => Promise.reject(new Refused(errors))
  return { [Symbol.asyncIterator]: () => ({ next }) }
}

/** What the client is told, of an operation that was refused or of a stream that failed. */
export function toldOverSocket(errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] {
  const [{ originalError } = {}] = errors
  return (originalError instanceof Refused ? originalError.errors : errors).map(toldToClient)
}
