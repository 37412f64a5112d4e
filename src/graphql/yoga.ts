import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import type { Clock } from '../lib/clock.ts'
import type { BucketLimit } from '../lib/leaky-bucket.ts'
import type { Logger } from '../lib/logger.ts'
import { answerStatus } from './answer-status.ts'
import { coerced, execute, executeCompiled } from './compiled.ts'
import type { Context } from './context.ts'
import { hideSuggestions } from './hide-suggestions.ts'
import { createKnownDocuments } from './known-documents.ts'
import { charged, createCostBudget, limitCost } from './limit-cost.ts'
import { createTimeLimit, limitTime } from './limit-time.ts'
import { limitDocuments } from './limits.ts'
import { maskError } from './mask.ts'
import { onBehalfOf, onBehalfOfViewer } from './on-behalf.ts'
import { shareExecutions } from './share-executions.ts'

export type GraphQLEngine = ReturnType<typeof createGraphQLEngine>

/** What is asked for over HTTP. */
export type Params = {
  query: string
  operationName?: string | null
  variables?: Record<string, unknown> | null
}

/** An answer that is there already, and has only to be written in the way that the client takes. */
type Answered = { answer?: ExecutionResult | undefined }

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
  const documents = createKnownDocuments(schema)
  const charge = createCostBudget(costLimit, clock)
  const timeLimit = createTimeLimit(answerWithinMs, logger)
  const yoga = createYoga<Context & Answered>({
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
      answerWithWhatIsThere(),
      executeCompiled(documents),
      shareExecutions(timeLimit, logger),
      onBehalfOfViewer(),
      limitDocuments(),
      hideSuggestions(),
      limitCost(charge),
      limitTime(timeLimit),
      answerStatus(),
    ],
    maskedErrors: { maskError: (error) => maskError(error, logger) },
  })

  /**
   * Answers an operation of a document that has come before and was found valid, by what all others are held to as
   * well: rights, cost, time. Undefined for what has to be looked at first. `watched` tells that nobody waits any more.
   */
  async function answerKnown(
    { query, operationName, variables: variableValues }: Params,
    context: Context,
    watched: readonly AbortSignal[],
  ): Promise<ExecutionResult | undefined> {
    const operation = documents.find(query, operationName)
    const variables = operation && coerced(operation, { schema, variableValues })
    if (!variables) return undefined
    const { document, node } = operation
    const asked = { schema, document, variableValues, operationName }
    const cost = charged(() => charge({ ...asked, fits: true }, context.viewer))
    if (cost instanceof GraphQLError) return { errors: [cost] }
    const isQuery = node.operation === OperationTypeNode.QUERY
    const result = await onBehalfOf(context, () =>
      timeLimit.execute(
        (args: ExecutionArgs) => execute(operation, variables, args),
        { ...asked, contextValue: context },
        isQuery ? watched : [],
      ),
    )
    const { errors, data } = result as ExecutionResult
    return {
      ...(errors && { errors: errors.map((error) => maskError(error, logger)) }),
      data,
      ...(cost && { extensions: { cost } }),
    }
  }

  return {
    handle: yoga.handle,
    getEnveloped: yoga.getEnveloped,
    knows: ({ query, operationName }: Params) => documents.find(query, operationName) !== undefined,
    answerKnown,
  }
}

function answerWithWhatIsThere(): Plugin {
  return {
    onParams({ context, setResult }) {
      const { answer } = context as Answered
      if (answer) setResult(answer)
    },
  }
}
