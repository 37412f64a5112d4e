import type { RateGroup } from '../rate-limiter.ts'
import type { Exchange } from './exchange.ts'

/**
 * One operation of RingCentral's API, declared with what stands before it: the rate group it counts
 * to and the scope it needs. `operations.ts` lists them all.
 */
export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  group: RateGroup
  scope?: string
  /** A permission that only an administrator's role carries. */
  adminPermission?: string
  /** Not even an administrator may do this for somebody else. */
  ownOnly?: boolean
  /** Everybody of the account may do this, not administrators alone. */
  colleagues?: boolean
  /** Where a player or an image tag asks, which cannot send headers. */
  tokenInQuery?: boolean
  handle(x: Exchange): Response | Promise<Response>
}
