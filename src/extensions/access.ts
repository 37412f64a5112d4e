import { closeBudget, takeFromBudget } from '../db/budget.ts'
import type { Db } from '../db/client.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import type { RingCentral, RingCentralApi } from '../ringcentral/client.ts'
import { RingCentralRateLimitedError, RingCentralUnauthorizedError } from '../ringcentral/errors.ts'
import { defaultLimits, type RateLimitGroup } from '../ringcentral/rate-limits.ts'
import type { Grants } from './grants.ts'

export type ExtensionAccess = ReturnType<typeof createExtensionAccess>

/**
 * The one door to RingCentral in the name of an extension: with a fresh token, inside the budget of
 * each rate group, and never into a group that RingCentral has closed (a call there would only make
 * the penalty longer).
 */
export function createExtensionAccess({
  db,
  grants,
  ringCentral,
  clock,
}: {
  db: Db
  grants: Grants
  ringCentral: RingCentral
  clock: Clock
}) {
  const budgetKey = (extensionRowId: string, group: string) => `${extensionRowId}:${group}`

  /** @throws RetryLaterError when the group is closed, or its budget spent */
  async function ensureOpen(extensionRowId: string, group: RateLimitGroup, share: number) {
    const limit = Math.floor(defaultLimits[group] * share)
    const budget = { limit, windowMs: minutes(1) }
    const taken = await takeFromBudget(db, budgetKey(extensionRowId, group), budget)
    if (!taken.granted) {
      const retryAt = after(clock.now(), taken.retryAfterMs)
      throw new RetryLaterError(`The ${group} group has to rest`, retryAt)
    }
  }

  return {
    /**
     * Calls RingCentral. A 401 is answered once with a new token, which is safe for every method:
     * what was refused for its token was not done. `beforeRequest` is called when nothing stands in
     * the way of a request any more; what it throws keeps the request from leaving. `share`: the part of
     * the budget after which the rest is left to others.
     *
     * @throws NotConnectedError, RetryLaterError (nothing was done), and what the client throws
     */
    async call<Result>(
      extensionRowId: string,
      work: (api: RingCentralApi) => Promise<Result>,
      { beforeRequest, share = 1 }: { beforeRequest?: () => Promise<void>; share?: number } = {},
    ): Promise<Result> {
      const attempt = async (token: string) => {
        const api = ringCentral.api(token, {
          beforeRequest: async ({ group }) => {
            await ensureOpen(extensionRowId, group, share)
            await beforeRequest?.()
          },
        })
        try {
          return await work(api)
        } catch (error) {
          if (!(error instanceof RingCentralRateLimitedError)) throw error
          await closeBudget(db, budgetKey(extensionRowId, error.group), error.retryAfterMs)
          const retryAt = after(clock.now(), error.retryAfterMs)
          throw new RetryLaterError(`RingCentral closed the ${error.group} group`, retryAt, {
            cause: error,
          })
        }
      }
      const token = await grants.accessToken(extensionRowId)
      try {
        return await attempt(token)
      } catch (error) {
        if (!(error instanceof RingCentralUnauthorizedError)) throw error
        return attempt(await grants.accessToken(extensionRowId, token))
      }
    },
  }
}
