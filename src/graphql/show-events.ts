import { randomUUID } from 'node:crypto'
import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql'
import type { LoggedEvent } from '../events/event.ts'
import { deliveryOf } from '../events/subscription.ts'
import { requestScope } from '../lib/request-scope.ts'
import type { TenantViewer } from './builder.ts'
import type { Context } from './context.ts'
import type { TimeLimit } from './limit-time.ts'
import { maskError, toldToClient } from './mask.ts'
import { Payload } from './payload.ts'

type Asked = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>

/**
 * Executes a subscription's selection on events, on behalf of a tenant. Resolvers see what all who share the answer
 * have in common, and nothing else: no request, no address, no token; anew for each event, so that nothing
 * that one of them has noted in the context is there for the next.
 */
export function showEvents(
  { schema, document, operationName, variableValues }: Asked,
  viewer: TenantViewer,
  { db, readRows, logger, services }: Context,
  timeLimit: TimeLimit,
) {
  return (event: LoggedEvent): Payload | Promise<Payload> => {
    const requestId = randomUUID()
    const contextValue: Context = { viewer, requestId, db, readRows, logger, services }

    const shownOf = ({ errors, ...result }: ExecutionResult) =>
      new Payload(errors ? { ...result, errors: errors.map(toldOf) } : result)
    const toldOf = (error: unknown) => toldToClient(maskError(error, logger))
    const failed = (error: unknown) => new Payload({ errors: [toldOf(error)] })

    return requestScope.run({ requestId, tenantId: viewer.tenantId }, () => {
      try {
        const result = execute({
          schema,
          document,
          operationName,
          variableValues,
          contextValue,
          rootValue: deliveryOf(event),
        })
        if (!(result instanceof Promise)) return shownOf(result)
        return timeLimit.inTime(result, contextValue).then(shownOf, failed)
      } catch (error) {
        return failed(error)
      }
    })
  }
}
