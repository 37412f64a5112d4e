import { GraphQLError } from 'graphql'

/** Codes of top-level errors: what is no business answer. Listed in docs/errors.md. */
export const topLevelCodes = {
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  TENANT_SUSPENDED: 403,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  LIMIT_EXCEEDED: 400,
  CURSOR_EXPIRED: 400,
  RATE_LIMITED: 429,
  SUBSCRIPTION_LIMIT: 429,
  SLOW_CONSUMER: 429,
  SERVICE_UNAVAILABLE: 503,
  TIMEOUT: 504,
  INTERNAL_SERVER_ERROR: 500,
} as const

export type TopLevelCode = keyof typeof topLevelCodes

export function topLevelError(
  code: TopLevelCode,
  message: string,
  extensions: Record<string, unknown> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...extensions } })
}
