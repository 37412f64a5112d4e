import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'

/** Who does something, as the audit log names them; with the id of the key or token. */
export type Actor = {
  kind: 'OPERATOR' | 'API_KEY' | 'CLIENT_TOKEN' | 'PERSON' | 'GATEWAY'
  id?: string
}

/** What belongs to the request (or the WebSocket operation) that is being answered. */
export type RequestScope = {
  requestId: string
  /** Where the request comes from; undefined if its connection is gone already. */
  address?: string | undefined
  /** Left out until somebody has said who they are. */
  actor?: Actor | undefined
  /** On whose behalf: what the database shows then is theirs alone, see src/db/tenant-pool.ts. */
  tenantId?: string | undefined
}

/**
 * Carries the request's id, address and actor to where GraphQL's own context does not reach: where an error is masked,
 * where a deed is written down.
 */
export const requestScope = new AsyncLocalStorage<RequestScope>()

/** Goes on as somebody, within the request that is being answered. */
export function actingAs<Result>(actor: Actor, work: () => Result): Result {
  return within({ actor }, work)
}

/** Does `work` on behalf of a tenant, to its end: what Prisma returns begins only when it is waited for. */
export function asTenant<Result>(tenantId: string, work: () => Promise<Result> | Result) {
  return within({ tenantId }, async () => await work())
}

/** Does `work` as the gateway itself, which is not held to one tenant: each use says why it has to. */
export function asGateway<Result>(work: () => Promise<Result> | Result) {
  return within({ tenantId: undefined }, async () => await work())
}

function within<Result>(part: Partial<RequestScope>, work: () => Result): Result {
  const scope = requestScope.getStore() ?? { requestId: randomUUID() }
  return requestScope.run({ ...scope, ...part }, work)
}
