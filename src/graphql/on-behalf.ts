import { AsyncLocalStorage } from 'node:async_hooks'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import { asGateway, asTenant } from '../lib/request-scope.ts'
import type { Context } from './context.ts'

/**
 * Has resolvers run on behalf of the tenant that asks, over every transport: what they find in the database is that
 * tenant's, see src/db/tenant-pool.ts. Each event of a stream as well, though whoever writes the answer asks for it.
 */
export function onBehalfOfViewer(): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args) => onBehalfOf(args.contextValue, () => executeFn(args)))
    },
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn((args) =>
        onBehalfOf(args.contextValue, async () => {
          const stream = await subscribeFn(args)
          return isAsyncIterable(stream) ? eachFromHere(stream) : stream
        }),
      )
    },
  }
}

export function onBehalfOf<Result>({ viewer }: Context, work: () => Promise<Result> | Result) {
  return viewer.kind === 'tenant' ? asTenant(viewer.tenantId, work) : asGateway(work)
}

/** The same stream, each step of it taken from the context in which this was called. */
function eachFromHere<Value>(stream: AsyncIterable<Value>): AsyncIterableIterator<Value> {
  const here = AsyncLocalStorage.snapshot()
  const values = stream[Symbol.asyncIterator]()
  const over: IteratorResult<Value> = { value: undefined, done: true }
  return {
    next: () => here(() => values.next()),
    return: () => here(async () => (await values.return?.()) ?? over),
    throw: (error) => here(() => values.throw?.(error) ?? Promise.reject(error)),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
