import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { Clock } from '../lib/clock.ts'
import type { BucketLimit } from '../lib/leaky-bucket.ts'
import type { Logger } from '../lib/logger.ts'
import { answerStatus } from './answer-status.ts'
import type { Context } from './context.ts'
import { hideSuggestions } from './hide-suggestions.ts'
import { limitCost } from './limit-cost.ts'
import { limitTime } from './limit-time.ts'
import { limitDocuments } from './limits.ts'
import { maskError } from './mask.ts'
import { onBehalfOfViewer } from './on-behalf.ts'

export type GraphQLEngine = ReturnType<typeof createGraphQLEngine>

/** Parses, validates and executes for all transports. Who asks is found out before: see http.ts. */
export function createGraphQLEngine({
  schema,
  costLimit,
  answerWithinMs,
  clock,
  logger,
}: {
  schema: GraphQLSchema
  /** What one key may ask for: see limit-cost.ts. */
  costLimit: BucketLimit
  /** How long one operation may take: see limit-time.ts. */
  answerWithinMs: number
  clock: Clock
  logger: Logger
}) {
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
      onBehalfOfViewer(),
      limitDocuments(),
      hideSuggestions(),
      limitCost(costLimit, clock),
      limitTime(answerWithinMs, logger),
      answerStatus(),
    ],
    maskedErrors: { maskError: (error) => maskError(error, logger) },
  })
}
