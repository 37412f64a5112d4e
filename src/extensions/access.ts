import {
  type BudgetLimit,
  type BudgetTaken,
  closeBudget,
  learnLimit,
  takeFromBudget,
} from '../db/budget.ts'
import type { Db } from '../db/client.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { RingCentralApi } from '../ringcentral/client.ts'
import { RingCentralRateLimitedError, RingCentralUnauthorizedError } from '../ringcentral/errors.ts'
import {
  defaultLimits,
  type RateLimitGroup,
  type ResponseReport,
} from '../ringcentral/rate-limits.ts'
import type { Apps } from './apps.ts'
import type { Grants, UsableToken } from './grants.ts'
import type { OpenUse, Uses } from './uses.ts'

export type ExtensionAccess = ReturnType<typeof createExtensionAccess>

/** The budget of a rate group of an extension. */
export const budgetKey = (extensionRowId: string, group: string) => `${extensionRowId}:${group}`

type Pace = Pick<BudgetLimit, 'share' | 'evenly'>

/** What a request has to take a use of. */
export type Budget = BudgetLimit & { key: string }

type CallOptions = {
  token?: TokenInHand | undefined
  takeUse?: (budget: Budget) => Promise<BudgetTaken | undefined>
  beforeRequest?: () => Promise<void>
} & Pace

/** A token that has been asked for a moment ago, and is about to be used. */
export type TokenInHand = Promise<UsableToken>

/**
 * A window of ours is longer than RingCentral's by so much: its clock is not ours. How long a request travels
 * is no part of it: see uses.ts.
 */
const longerByMs = 100

/** RingCentral's minute, as we count it until it tells us another. */
export const usualWindowMs = minutes(1) + longerByMs

/**
 * The one door to RingCentral in the name of an extension: with a fresh token, inside the budget of
 * each rate group, and never into a group that RingCentral has closed (a call there would only make
 * the penalty longer).
 */
export function createExtensionAccess({
  db,
  grants,
  uses,
  apps,
  clock,
  logger,
}: {
  db: Db
  grants: Grants
  uses: Uses
  apps: Apps
  clock: Clock
  logger: Logger
}) {
  /** @throws RetryLaterError when the group is closed, or its budget spent */
  async function ensureOpen(
    extensionRowId: string,
    group: RateLimitGroup,
    { takeUse, ...pace }: Pick<CallOptions, 'takeUse'> & Pace,
  ): Promise<OpenUse> {
    const key = budgetKey(extensionRowId, group)
    const budget = { limit: defaultLimits[group], windowMs: usualWindowMs, ...pace }
    const askedAt = performance.now()
    const taken = (await takeUse?.({ ...budget, key })) ?? (await takeFromBudget(db, key, budget))
    if (!taken.granted) {
      const retryAt = after(clock.now(), taken.retryAfterMs)
      throw new RetryLaterError(`The ${group} group has to rest`, retryAt)
    }
    return uses.open(key, taken.at, askedAt)
  }

  // What has been written down already: an answer that tells nothing new costs nothing.
  const learned = new Map<string, string>()

  /** An app's real limits stand in the headers of each answer. */
  async function learn(extensionRowId: string, { group, limit, windowSeconds }: ResponseReport) {
    if (!limit || !windowSeconds || !Object.hasOwn(defaultLimits, group)) return
    const key = budgetKey(extensionRowId, group)
    const told = `${limit} in ${windowSeconds}`
    if (learned.get(key) === told) return
    learned.set(key, told)
    await learnLimit(db, key, { limit, windowMs: seconds(windowSeconds) + longerByMs })
  }

  return {
    /** For a call that is about to be made, while its caller does something else. What it throws, the call will. */
    token(extensionRowId: string): TokenInHand {
      const token = grants.accessToken(extensionRowId)
      token.catch(() => undefined)
      return token
    },

    /**
     * Calls RingCentral. A 401 is answered once with a new token, which is safe for every method:
     * what was refused for its token was not done. `beforeRequest` is called when nothing stands in
     * the way of a request any more; what it throws keeps the request from leaving. `token`: see there. `takeUse`: takes
     * what it needs of the budget together with something of the caller's; undefined: neither. `pace`: how much of
     * the budget it may use, and how quickly.
     *
     * @throws NotConnectedError, RetryLaterError (nothing was done), and what the client throws
     */
    async call<Result>(
      extensionRowId: string,
      work: (api: RingCentralApi) => Promise<Result>,
      { token: inHand, beforeRequest, ...pace }: CallOptions = {},
    ): Promise<Result> {
      const attempt = async ({ accessToken, appId }: UsableToken) => {
        const ringCentral = await apps.serverOf(appId)
        // Of the request that is under way: there is one at a time.
        let use: OpenUse | undefined
        const api = ringCentral.api(accessToken, {
          beforeRequest: async ({ group }) => {
            use = await ensureOpen(extensionRowId, group, pace)
            try {
              await beforeRequest?.()
            } catch (error) {
              await use.giveBack()
              throw error
            }
          },
          onResponse: (report) => {
            use?.arrived()
            learn(extensionRowId, report).catch((error) => {
              learned.delete(budgetKey(extensionRowId, report.group))
              logger.debug({ err: error }, 'A rate limit could not be written down')
            })
          },
        })
        try {
          return await work(api)
        } catch (error) {
          // Without an answer it may have arrived at any time until now.
          use?.arrived()
          if (!(error instanceof RingCentralRateLimitedError)) throw error
          await closeBudget(db, budgetKey(extensionRowId, error.group), error.retryAfterMs)
          const retryAt = after(clock.now(), error.retryAfterMs)
          throw new RetryLaterError(`RingCentral closed the ${error.group} group`, retryAt, {
            cause: error,
          })
        }
      }
      const token = await (inHand ?? grants.accessToken(extensionRowId))
      try {
        return await attempt(token)
      } catch (error) {
        if (!(error instanceof RingCentralUnauthorizedError)) throw error
        return attempt(await grants.accessToken(extensionRowId, token.accessToken))
      }
    },
  }
}
