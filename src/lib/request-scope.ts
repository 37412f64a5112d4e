import { AsyncLocalStorage } from 'node:async_hooks'

/** What belongs to the request (or the WebSocket operation) that is being answered. */
export type RequestScope = { requestId: string }

/** Carries the request's id to where an error is masked, which GraphQL's own context does not reach. */
export const requestScope = new AsyncLocalStorage<RequestScope>()
