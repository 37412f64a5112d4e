import { AsyncLocalStorage } from 'node:async_hooks'
import { requestScope } from '../lib/request-scope.ts'
import type { Db } from './client.ts'

/** Of Prisma's loader, what it leaves open to be changed. */
type LoaderOptions = {
  /** Requests of one tick with the same key become one statement; undefined: it goes by itself, at once. */
  batchBy(request: object): string | undefined
  singleLoader(request: object): Promise<unknown>
  batchLoader(requests: object[]): Promise<unknown>
}

/**
 * Keeps tenants apart where Prisma puts together: all `findUnique` of one tick, whoever asked, are sent from the
 * context of the first, and those that look alike in one statement. So each would run on behalf of whoever came
 * first. With this, only one tenant's go together, each on its own behalf.
 *
 * Prisma has no public way to it, so a version of Prisma that is built otherwise is refused at start.
 */
export function keepBatchesApart(db: Db): Db {
  const internals = db as unknown as { _requestHandler?: { dataloader?: { options?: unknown } } }
  const options = internals._requestHandler?.dataloader?.options as LoaderOptions | undefined
  if (!options?.batchBy || !options.singleLoader || !options.batchLoader) {
    throw new Error('This version of Prisma batches in another way: see src/db/own-batches.ts')
  }
  const { batchBy, singleLoader, batchLoader } = options
  const contexts = new WeakMap<object, ReturnType<typeof AsyncLocalStorage.snapshot>>()

  options.batchBy = (request) => {
    const key = batchBy(request)
    if (key === undefined) return undefined
    contexts.set(request, AsyncLocalStorage.snapshot())
    return `${requestScope.getStore()?.tenantId ?? ''} ${key}`
  }
  options.singleLoader = (request) => inItsContext(request, () => singleLoader(request))
  options.batchLoader = (requests) => inItsContext(requests[0], () => batchLoader(requests))
  return db

  function inItsContext<Result>(request: object | undefined, load: () => Result): Result {
    const context = request && contexts.get(request)
    return context ? context(load) : load()
  }
}
