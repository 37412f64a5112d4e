import { PothosValidationError } from '@pothos/core'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { isDatabaseUnavailable, isUnstorableText } from '../db/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { requestScope } from '../lib/request-scope.ts'
import { topLevelError } from './errors.ts'

/**
 * What a client sees of an error. Those made for clients pass; anything we did not foresee is logged
 * and hidden behind the request's id, which finds the log line.
 */
export function maskError(error: unknown, logger: Logger): GraphQLError {
  const cause = error instanceof GraphQLError ? error.originalError : error
  const theirs = faultInInput(cause)
  if (theirs) return placed(theirs, error)
  if (error instanceof GraphQLError && (cause == null || cause instanceof GraphQLError)) {
    return withoutCause(error)
  }
  const requestId = requestScope.getStore()?.requestId ?? 'unknown'
  logger.error({ err: cause, requestId }, 'A request failed')
  const masked = isDatabaseUnavailable(cause)
    ? topLevelError(
        'SERVICE_UNAVAILABLE',
        'The gateway cannot reach its database. Try again in a moment.',
        { requestId },
      )
    : topLevelError(
        'INTERNAL_SERVER_ERROR',
        `Something went wrong on our side. Quote ${requestId} when you report it.`,
        { requestId },
      )
  return placed(masked, error)
}

/** As a client is told where there is no HTTP answer: what the engine notes for one is nothing to a stream. */
export function toldToClient(error: GraphQLError): GraphQLFormattedError {
  const { http: _, ...extensions } = error.extensions
  return { ...error.toJSON(), extensions }
}

/** What a client wrote and can mend, where neither the schema nor a resolver has looked at it. */
function faultInInput(cause: unknown): GraphQLError | undefined {
  if (cause instanceof PothosValidationError) return topLevelError('BAD_USER_INPUT', cause.message)
  if (!isUnstorableText(cause)) return undefined
  return topLevelError('BAD_USER_INPUT', 'A text contains the character U+0000: remove it.')
}

/**
 * The engine tells of a body that is no JSON which of our parser's errors that was, and answers 400 only as long as it
 * does: https://graphql.github.io/graphql-over-http/draft/#sec-application-json (a SHOULD).
 */
function withoutCause(error: GraphQLError): GraphQLError {
  const { originalError, ...extensions } = error.extensions
  if (originalError === undefined) return error
  return new GraphQLError(error.message, { extensions: { ...extensions, http: { status: 400 } } })
}

/** The same, at the place in the query where the other one happened. */
function placed(error: GraphQLError, where: unknown): GraphQLError {
  if (!(where instanceof GraphQLError)) return error
  return new GraphQLError(error.message, {
    nodes: where.nodes ?? null,
    path: where.path ?? null,
    extensions: error.extensions,
  })
}
