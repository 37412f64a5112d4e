import { GraphQLError } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Clock } from '../lib/clock.ts'
import { type BucketLimit, createLeakyBuckets } from '../lib/leaky-bucket.ts'
import type { Context, Viewer } from './context.ts'
import { type Asked, costOf, maxObjects } from './cost.ts'
import { topLevelError } from './errors.ts'
import { clientTokenParts } from './limit-streams.ts'

/** What one operation of any size fits into. */
const leastCapacity = maxObjects + 100

/** The budget that so much a minute makes: a quarter of it, or one operation of any size, may be asked for at once. */
export function costLimitOf(perMinute: number): BucketLimit {
  return { capacity: Math.max(leastCapacity, Math.round(perMinute / 4)), perMinute }
}

function partOf({ capacity, perMinute }: BucketLimit, part: number): BucketLimit {
  const atOnce = Math.max(leastCapacity, Math.floor(capacity * part))
  return {
    capacity: Math.min(capacity, atOnce),
    perMinute: Math.max(1, Math.floor(perMinute * part)),
  }
}

/** Two hundred wallboards that ask for fifty calls with their people three times a minute stay well below. */
export const defaultCostPerMinute = 2_000_000

/** What an answer tells in `extensions.cost`, in things that an operation may have to fetch. */
type Cost = {
  requested: number
  /** What may be asked for at once, after this. */
  left: number
  /** What may be asked for at once after a rest, and what comes back a minute. */
  capacity: number
  perMinute: number
}

export type CostBudget = ReturnType<typeof createCostBudget>

/**
 * Gives each key so much to ask for, so that none keeps the processor and the database for itself; of that, a share to
 * each client token, so that no browser keeps it from the others, and a share to all of a key's, so that its server
 * always has the rest. What was asked for is known to the instance that answered: behind n of them up to n
 * times as much may be.
 */
export function createCostBudget(limit: BucketLimit, clock: Clock) {
  const budget = (name: keyof typeof whose, limit: BucketLimit) => ({
    name,
    limit,
    buckets: createLeakyBuckets(clock, limit),
  })
  const ofKey = budget('cost', limit)
  const ofTokens = budget('costOfClientTokens', partOf(limit, clientTokenParts.all))
  const ofToken = budget('costPerClientToken', partOf(limit, clientTokenParts.each))

  /** @throws GraphQLError RATE_LIMITED, and LIMIT_EXCEEDED for what is too large for anybody */
  return function charge(asked: Asked, viewer: Viewer): Cost | undefined {
    const requested = costOf(asked)
    if (viewer.kind === 'operator') return undefined
    const { apiKeyId, clientToken } = viewer
    const drawnOn = [
      ...(clientToken
        ? [
            { ...ofToken, id: clientToken.id },
            { ...ofTokens, id: apiKeyId },
          ]
        : []),
      { ...ofKey, id: apiKeyId },
    ]
    // What one of them refuses is taken from none.
    for (const { name, buckets, id } of drawnOn) {
      const waitMs = buckets.fitsIn(id, requested)
      if (waitMs > 0) throw overBudget(name, requested, waitMs)
    }
    const costs = drawnOn.map(({ limit, buckets, id }) => ({
      requested,
      left: buckets.pour(id, requested).left,
      ...limit,
    }))
    return costs.reduce((least, cost) => (cost.left < least.left ? cost : least))
  }
}

/** Charges for what is asked over every transport. */
export function limitCost(charge: CostBudget): Plugin<Context> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const cost = charged(() => charge(args, args.contextValue.viewer))
      if (cost instanceof GraphQLError) return setResultAndStopExecution({ errors: [cost] })
      if (!cost) return
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) return
          setResult({ ...result, extensions: { ...result.extensions, cost } })
        },
      }
    },

    // A stream is paid for when it begins: what it tells later costs little, and comes when it comes.
    onSubscribe({ args, setResultAndStopExecution }) {
      const cost = charged(() => charge(args, args.contextValue.viewer))
      if (cost instanceof GraphQLError) setResultAndStopExecution({ errors: [cost] })
    },
  }
}

const whose = {
  cost: 'This key has used up what it may ask for',
  costOfClientTokens: 'The client tokens of this key have used up what they may ask for together',
  costPerClientToken: 'This client token has used up what it may ask for',
} as const

function overBudget(
  limit: keyof typeof whose,
  requested: number,
  retryAfterMs: number,
): GraphQLError {
  const retryAfter = Math.ceil(retryAfterMs / 1000)
  return topLevelError(
    'RATE_LIMITED',
    `${whose[limit]}: this operation costs ${requested}. Try again in ${retryAfter} seconds, or ask for smaller pages.`,
    { limit, retryAfter },
  )
}

export function charged<T>(charge: () => T): T | GraphQLError {
  try {
    return charge()
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}
