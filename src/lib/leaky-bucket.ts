import type { Clock } from './clock.ts'

export type BucketLimit = {
  /** How much it holds: what may come at once after a rest. */
  capacity: number
  /** How much of it drains a minute: what may come in the long run. */
  perMinute: number
}

export type Poured =
  | { fits: true; left: number }
  /** `retryAfterMs` until it would fit; infinite for what is more than the bucket ever holds. */
  | { fits: false; left: number; retryAfterMs: number }

/**
 * A bucket with a hole, by a key: https://en.wikipedia.org/wiki/Leaky_bucket. What does not fit is not poured. Kept in
 * this process: several instances allow as many times as much. An empty bucket is forgotten, so that
 * there are no more of them than have been used within the time that a full one takes to drain.
 */
export function createLeakyBuckets(clock: Clock, { capacity, perMinute }: BucketLimit) {
  const buckets = new Map<string, { level: number; at: number }>()
  const perMs = perMinute / 60_000
  const drainsMs = capacity / perMs
  let sweptAt = clock.now().getTime()

  function forgetEmpty(now: number): void {
    if (now - sweptAt < drainsMs) return
    sweptAt = now
    for (const [key, { level, at }] of buckets) {
      if (level <= (now - at) * perMs) buckets.delete(key)
    }
  }

  function levelOf(key: string, now: number): number {
    const { level, at } = buckets.get(key) ?? { level: 0, at: now }
    return Math.max(0, level - Math.max(0, now - at) * perMs)
  }

  return {
    /** In how many milliseconds so much would fit: 0 at once, infinite for more than the bucket ever holds. */
    fitsIn(key: string, amount: number): number {
      if (amount > capacity) return Number.POSITIVE_INFINITY
      const tooMuch = levelOf(key, clock.now().getTime()) + amount - capacity
      return Math.max(0, Math.ceil(tooMuch / perMs))
    },

    pour(key: string, amount: number): Poured {
      const now = clock.now().getTime()
      forgetEmpty(now)
      const level = levelOf(key, now)
      const fits = level + amount <= capacity
      buckets.set(key, { level: fits ? level + amount : level, at: now })
      if (fits) return { fits, left: Math.floor(capacity - level - amount) }
      const tooMuch = level + amount - capacity
      return {
        fits,
        left: Math.floor(capacity - level),
        retryAfterMs: amount > capacity ? Number.POSITIVE_INFINITY : Math.ceil(tooMuch / perMs),
      }
    },
  }
}
