import { asTenant } from './request-scope.ts'
import { createTogether } from './together.ts'

/**
 * `createTogether` for each tenant by themselves, and on their behalf: row-level security is of one. What fails is not done
 * again one by one.
 */
export function createTogetherByTenant<Item, Result>(
  work: (tenantId: string, items: Item[]) => Promise<Result[]>,
  limits: { most: number; patienceMs: number },
): (tenantId: string, item: Item) => Promise<Result> {
  const ofTenants = new Map<string, (item: Item) => Promise<Result>>()

  function ofTenant(tenantId: string) {
    const known = ofTenants.get(tenantId)
    if (known) return known
    const together = createTogether(
      (items: Item[]) => asTenant(tenantId, () => work(tenantId, items)),
      { ...limits, isHopeless: () => true },
    )
    ofTenants.set(tenantId, together)
    return together
  }

  return (tenantId, item) => ofTenant(tenantId)(item)
}
