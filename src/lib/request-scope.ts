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
}

/**
 * Carries the request's id, address and actor to where GraphQL's own context does not reach: where an error is masked,
 * where a deed is written down.
 */
export const requestScope = new AsyncLocalStorage<RequestScope>()

/** Goes on as somebody, within the request that is being answered. */
export function actingAs<Result>(actor: Actor, work: () => Result): Result {
  const scope = requestScope.getStore() ?? { requestId: randomUUID() }
  return requestScope.run({ ...scope, actor }, work)
}
