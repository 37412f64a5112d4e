import type { Plugin } from 'graphql-yoga'
import { asGateway, asTenant } from '../lib/request-scope.ts'
import type { Context } from './context.ts'

/**
 * Has resolvers run on behalf of the tenant that asks, over every transport: what they find in the database is that
 * tenant's, see src/db/tenant-pool.ts. Of a subscription that is how it begins; each event by itself: see show-events.ts.
 */
export function onBehalfOfViewer(): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args) => onBehalfOf(args.contextValue, () => executeFn(args)))
    },
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn((args) => onBehalfOf(args.contextValue, () => subscribeFn(args)))
    },
  }
}

export function onBehalfOf<Result>({ viewer }: Context, work: () => Promise<Result> | Result) {
  return viewer.kind === 'tenant' ? asTenant(viewer.tenantId, work) : asGateway(work)
}
