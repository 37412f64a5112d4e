import { setTimeout as sleep } from 'node:timers/promises'
import { closeBudget, takeFromBudget } from '../db/budget.ts'
import type { Db } from '../db/client.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import { RingCentralRateLimitedError } from '../ringcentral/errors.ts'
import type { LoginApp } from './apps.ts'

export type TokenEndpoint = ReturnType<typeof createTokenEndpoint>

/** Whether somebody's text or call waits for a token, or it is refreshed to keep it. */
export type Urgency = 'needed' | 'idle'

/** The part of the budget that each may use; people who are connecting may use all of it. */
const shares: Record<Urgency, number> = { needed: 0.8, idle: 0.6 }

/** Of an app that tenants share, the people of one leave some of it to the texts of the others. */
const sharePerTenant = 0.6

/** A person looks at a loading page meanwhile, and the code they brought lives for a minute. */
const personWaitsMs = seconds(25)

/**
 * RingCentral's token endpoint within its budget, which may be 5 calls a minute for all tenants of an app
 * together. Background work leaves a part of it to people who are connecting right now.
 */
export function createTokenEndpoint({
  db,
  callsPerMinute,
  clock,
}: {
  db: Db
  callsPerMinute: number
  clock: Clock
}) {
  const takeOf = (key: string, limit: number) =>
    takeFromBudget(db, key, { limit, windowMs: minutes(1) })
  const take = (app: LoginApp, limit: number) => takeOf(app.budgetKey, limit)

  /** Closes the endpoint for everybody when RingCentral says so: each further call would prolong it. */
  async function heed<Result>(app: LoginApp, call: Promise<Result>): Promise<Result> {
    try {
      return await call
    } catch (error) {
      if (error instanceof RingCentralRateLimitedError) {
        await closeBudget(db, app.budgetKey, error.retryAfterMs)
      }
      throw error
    }
  }

  /** @throws RetryLaterError */
  async function takeShare(app: LoginApp, urgency: Urgency) {
    const taken = await take(app, Math.max(1, Math.floor(callsPerMinute * shares[urgency])))
    if (taken.granted) return
    const retryAt = after(clock.now(), taken.retryAfterMs)
    throw new RetryLaterError('The budget of the token endpoint is spent', retryAt)
  }

  /** @throws RetryLaterError when that takes longer than somebody waits */
  async function waitFor(take: () => ReturnType<typeof takeOf>, giveUpAt: number) {
    for (;;) {
      const taken = await take()
      if (taken.granted) return
      if (Date.now() + taken.retryAfterMs > giveUpAt) {
        const retryAt = after(clock.now(), taken.retryAfterMs)
        throw new RetryLaterError('Too many people are connecting right now', retryAt)
      }
      await sleep(Math.min(taken.retryAfterMs, seconds(1)))
    }
  }

  return {
    /** Waits for its turn, within reason. @throws RetryLaterError when that takes too long */
    async exchangeCode(app: LoginApp, from: { tenantId: string; code: string; verifier: string }) {
      const { tenantId, ...exchanged } = from
      const giveUpAt = Date.now() + personWaitsMs
      if (app.id === null) {
        const ofTenant = `${app.budgetKey}:people:${tenantId}`
        await waitFor(() => takeOf(ofTenant, Math.ceil(callsPerMinute * sharePerTenant)), giveUpAt)
      }
      await waitFor(() => take(app, callsPerMinute), giveUpAt)
      const { redirectUri, ringCentral } = app
      return heed(app, ringCentral.oauth.exchangeCode({ ...exchanged, redirectUri }))
    },

    /** @throws RetryLaterError when the budget is spent, and what RingCentral's client throws */
    async refresh(app: LoginApp, refreshToken: string, urgency: Urgency) {
      await takeShare(app, urgency)
      return heed(app, app.ringCentral.oauth.refresh(refreshToken))
    },

    /** @throws RetryLaterError when the budget is spent, and what RingCentral's client throws */
    async revoke(app: LoginApp, token: string) {
      await takeShare(app, 'idle')
      return heed(app, app.ringCentral.oauth.revoke(token))
    },

    /** @throws RetryLaterError when the budget is spent, OAuthRefusedError when RingCentral does not take the app */
    async proveApp(app: LoginApp) {
      await takeShare(app, 'needed')
      return heed(app, app.ringCentral.oauth.proveApp(app.redirectUri))
    },
  }
}
