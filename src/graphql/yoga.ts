import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { Logger } from '../lib/logger.ts'
import type { Context } from './context.ts'
import { topLevelError } from './errors.ts'
import { maskError } from './mask.ts'

/** Variables may be larger; a query is read and checked whole before it does anything. */
const maxQueryLength = 100 * 1024

export type GraphQLEngine = ReturnType<typeof createGraphQLEngine>

/** Parses, validates and executes for all transports. Who asks is found out before: see http.ts. */
export function createGraphQLEngine({ schema, logger }: { schema: GraphQLSchema; logger: Logger }) {
  return createYoga<Context>({
    schema,
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    logging: false,
    // Its default lets every origin in, with credentials, and takes forms, which any page can post.
    cors: false,
    multipart: false,
    batching: false,
    plugins: [
      {
        onParams({ params }) {
          if ((params.query?.length ?? 0) <= maxQueryLength) return
          const message = `The query is longer than ${maxQueryLength} characters.`
          throw topLevelError('BAD_USER_INPUT', message, { http: { status: 413 } })
        },
      },
    ],
    maskedErrors: { maskError: (error) => maskError(error, logger) },
  })
}
