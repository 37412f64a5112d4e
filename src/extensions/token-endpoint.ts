import { setTimeout as sleep } from 'node:timers/promises'
import { closeBudget, takeFromBudget } from '../db/budget.ts'
import type { Db } from '../db/client.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import { RingCentralRateLimitedError } from '../ringcentral/errors.ts'
import type { RingCentralOAuth } from '../ringcentral/oauth.ts'

export type TokenEndpoint = ReturnType<typeof createTokenEndpoint>

/** Whether somebody's text or call waits for a token, or it is refreshed to keep it. */
export type Urgency = 'needed' | 'idle'

/** The part of the budget that each may use; a person who is connecting may use all of it. */
const shares: Record<Urgency, number> = { needed: 0.8, idle: 0.6 }

/** A person looks at a loading page meanwhile, and the code they brought lives for a minute. */
const personWaitsMs = seconds(25)

const budgetKey = 'token-endpoint'

/**
 * RingCentral's token endpoint within its budget, which may be 5 calls a minute for all tenants
 * together. Background work leaves a part of it to people who are connecting right now.
 */
export function createTokenEndpoint({
  db,
  oauth,
  callsPerMinute,
  clock,
}: {
  db: Db
  oauth: RingCentralOAuth
  callsPerMinute: number
  clock: Clock
}) {
  const take = (limit: number) => takeFromBudget(db, budgetKey, { limit, windowMs: minutes(1) })

  /** Closes the endpoint for everybody when RingCentral says so: each further call would prolong it. */
  async function heed<Result>(call: Promise<Result>): Promise<Result> {
    try {
      return await call
    } catch (error) {
      if (error instanceof RingCentralRateLimitedError) {
        await closeBudget(db, budgetKey, error.retryAfterMs)
      }
      throw error
    }
  }

  /** @throws RetryLaterError */
  async function takeShare(urgency: Urgency) {
    const taken = await take(Math.max(1, Math.floor(callsPerMinute * shares[urgency])))
    if (taken.granted) return
    const retryAt = after(clock.now(), taken.retryAfterMs)
    throw new RetryLaterError('The budget of the token endpoint is spent', retryAt)
  }

  return {
    /** Waits for its turn, within reason. @throws RetryLaterError when that takes too long */
    async exchangeCode(request: Parameters<RingCentralOAuth['exchangeCode']>[0]) {
      for (const giveUpAt = Date.now() + personWaitsMs; ; ) {
        const taken = await take(callsPerMinute)
        if (taken.granted) return heed(oauth.exchangeCode(request))
        if (Date.now() + taken.retryAfterMs > giveUpAt) {
          const retryAt = after(clock.now(), taken.retryAfterMs)
          throw new RetryLaterError('Too many people are connecting right now', retryAt)
        }
        await sleep(Math.min(taken.retryAfterMs, seconds(1)))
      }
    },

    /** @throws RetryLaterError when the budget is spent, and what RingCentral's client throws */
    async refresh(refreshToken: string, urgency: Urgency) {
      await takeShare(urgency)
      return heed(oauth.refresh(refreshToken))
    },

    /** @throws RetryLaterError when the budget is spent, and what RingCentral's client throws */
    async revoke(token: string) {
      await takeShare('idle')
      return heed(oauth.revoke(token))
    },
  }
}
