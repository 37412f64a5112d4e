import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { Logger } from '../lib/logger.ts'
import type { Context } from './context.ts'
import { maskError } from './mask.ts'

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
    maskedErrors: { maskError: (error) => maskError(error, logger) },
  })
}
