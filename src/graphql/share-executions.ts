import { createSourceEventStream, type DocumentNode, type ExecutionArgs } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { type Audience, createAudience } from '../events/audience.ts'
import { Deliveries } from '../events/subscription.ts'
import type { Logger } from '../lib/logger.ts'
import { requestScope } from '../lib/request-scope.ts'
import { variablesBeyondRoot } from './beyond-root.ts'
import { tenantViewer } from './builder.ts'
import type { Context } from './context.ts'
import type { TimeLimit } from './limit-time.ts'
import { maskError } from './mask.ts'
import type { Payload } from './payload.ts'
import { sharedViewer } from './rights.ts'
import { showEvents } from './show-events.ts'
import { type Seat, Stream } from './stream.ts'

type Asked = ExecutionArgs & { contextValue: Context }
type Shared = { key: string; audience: Audience<Payload>; seats: number }

/**
 * Has all who must see the same bytes share them: each event is executed and serialised once for those of the same
 * tenant, document and operation, rights, and values of the variables that the answer can depend on. Which events
 * they want is each one's own: docs/decisions/0032-shared-executions.md.
 */
export function shareExecutions(timeLimit: TimeLimit, logger: Logger): Plugin<Context> {
  const audiences = new Map<string, Shared>()
  const documents = new WeakMap<DocumentNode, { number: number; variables: string[] }>()
  let numbered = 0

  function known({ schema, document }: Asked) {
    const found = documents.get(document)
    if (found) return found
    numbered += 1
    const fresh = { number: numbered, variables: variablesBeyondRoot(schema, document) }
    documents.set(document, fresh)
    return fresh
  }

  function audienceOf(args: Asked): Shared {
    const { number, variables } = known(args)
    const viewer = sharedViewer(tenantViewer(args.contextValue))
    // One that is left out is not the same as null: it may have a default.
    const values = variables.map((name) => ({ value: args.variableValues?.[name] }))
    const key = JSON.stringify([number, args.operationName, viewer, values])
    const found = audiences.get(key)
    if (found) return found
    const show = showEvents(args, viewer, args.contextValue, timeLimit)
    const shared = { key, audience: createAudience(show), seats: 0 }
    audiences.set(key, shared)
    return shared
  }

  /** Holds on to nothing of who sits there. */
  function seatIn(shared: Shared): Seat {
    shared.seats += 1
    return {
      audience: shared.audience,
      leave() {
        shared.seats -= 1
        if (shared.seats === 0) audiences.delete(shared.key)
      },
    }
  }

  /** Live streams fail on nobody's behalf, so a stream keeps the id of the request that it began with. */
  const maskFor = (requestId: string) => (error: unknown) =>
    requestScope.run({ requestId }, () => maskError(error, logger))

  async function begin(args: Asked) {
    const begun = await createSourceEventStream(args)
    if (!(Symbol.asyncIterator in begun)) return begun
    if (!(begun instanceof Deliveries)) throw new TypeError('A subscription answers Deliveries')
    return new Stream(begun, {
      sit: () => seatIn(audienceOf(args)),
      mask: maskFor(args.contextValue.requestId),
    })
  }

  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn((args) => begin(args as Asked) as never)
    },
    // Over HTTP; a WebSocket opens it by itself.
    onExecutionResult({ result, setResult }) {
      if (result instanceof Stream) setResult(result.results())
    },
  }
}
