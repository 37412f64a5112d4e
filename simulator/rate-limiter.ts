import type { Clock } from './clock.ts'

export type RateGroup = 'Light' | 'Medium' | 'Heavy' | 'Auth'

export interface RateLimits {
  Light: number
  Medium: number
  Heavy: number
  Auth: number
  windowSeconds: number
  penaltySeconds: number
  /** RingCentral's guide says `user`; its platform team says `app`. */
  authScope: 'app' | 'user'
  /** Sends have ceilings of their own beside the group that they count to. */
  SMS: number
  MMS: number
}

export interface Allowance {
  group: RateGroup
  limit: number
  remaining: number
  windowSeconds: number
  /** Present when the call is refused. */
  retryAfterSeconds?: number
}

export interface RateLimiter {
  /** Counts one call. `undefined` when the group's limit is switched off. */
  take(owner: string, group: RateGroup): Allowance | undefined
  /** Counts one send. `false`: too many in the last minute. */
  takeSend(owner: string, kind: 'SMS' | 'MMS'): boolean
  /** What is left, for people to look at; counts nothing. */
  budgets(): {
    owner: string
    group: RateGroup
    limit: number
    used: number
    penaltySeconds: number
  }[]
}

interface Budget {
  owner: string
  group: RateGroup
  calls: number[]
  closedUntil: number
}

/** A sliding window for each (owner, group), with a penalty that every further call starts again. */
export function createRateLimiter(clock: Clock, limits: RateLimits): RateLimiter {
  const budgets = new Map<string, Budget>()
  const sends = new Map<string, number[]>()
  const windowMs = limits.windowSeconds * 1000

  const slide = (budget: Budget) => {
    const oldest = clock.now() - windowMs
    while (budget.calls[0] !== undefined && budget.calls[0] <= oldest) budget.calls.shift()
  }

  return {
    take(owner, group) {
      const limit = limits[group]
      if (!Number.isFinite(limit)) return undefined
      const key = `${group} ${owner}`
      const budget = budgets.get(key) ?? { owner, group, calls: [], closedUntil: 0 }
      budgets.set(key, budget)
      slide(budget)

      const now = clock.now()
      if (now < budget.closedUntil || budget.calls.length >= limit) {
        budget.closedUntil = now + limits.penaltySeconds * 1000
        return {
          group,
          limit,
          remaining: 0,
          windowSeconds: limits.windowSeconds,
          retryAfterSeconds: limits.penaltySeconds,
        }
      }
      budget.calls.push(now)
      const remaining = limit - budget.calls.length
      return { group, limit, remaining, windowSeconds: limits.windowSeconds }
    },
    takeSend(owner, kind) {
      const limit = limits[kind]
      if (!Number.isFinite(limit)) return true
      const key = `${kind} ${owner}`
      const recent = (sends.get(key) ?? []).filter((at) => at > clock.now() - 60_000)
      sends.set(key, recent)
      if (recent.length >= limit) return false
      recent.push(clock.now())
      return true
    },
    budgets() {
      return [...budgets.values()].map((budget) => {
        slide(budget)
        return {
          owner: budget.owner,
          group: budget.group,
          limit: limits[budget.group],
          used: budget.calls.length,
          penaltySeconds: Math.max(0, Math.ceil((budget.closedUntil - clock.now()) / 1000)),
        }
      })
    },
  }
}
