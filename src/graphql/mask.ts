import { GraphQLError } from 'graphql'
import { isDatabaseUnavailable } from '../db/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { requestScope } from '../lib/request-scope.ts'
import { topLevelError } from './errors.ts'

/**
 * What a client sees of an error. Those made for clients pass; anything we did not foresee is logged
 * and hidden behind the request's id, which finds the log line.
 */
export function maskError(error: unknown, logger: Logger): Error {
  const cause = error instanceof GraphQLError ? error.originalError : error
  if (error instanceof GraphQLError && (cause == null || cause instanceof GraphQLError)) {
    return error
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
  if (!(error instanceof GraphQLError)) return masked
  return new GraphQLError(masked.message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: masked.extensions,
  })
}
