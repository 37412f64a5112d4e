import { type ExecutionArgs, GraphQLError } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Clock } from '../lib/clock.ts'
import { type BucketLimit, createLeakyBuckets } from '../lib/leaky-bucket.ts'
import type { Context, Viewer } from './context.ts'
import { costOf, maxObjects } from './cost.ts'
import { topLevelError } from './errors.ts'

/** The budget that so much a minute makes: a quarter of it, or one operation of any size, may be asked for at once. */
export function costLimitOf(perMinute: number): BucketLimit {
  return { capacity: Math.max(maxObjects + 100, Math.round(perMinute / 4)), perMinute }
}

/** Two hundred wallboards that ask for fifty calls with their people three times a minute stay well below. */
export const defaultCostPerMinute = 2_000_000

/** What an answer tells in `extensions.cost`, in things that an operation may have to fetch. */
type Cost = {
  requested: number
  /** What the key may ask for at once, after this. */
  left: number
  /** What it may ask for at once after a rest, and what comes back a minute. */
  capacity: number
  perMinute: number
}

/**
 * Gives each key so much to ask for, so that none keeps the processor and the database for itself. What a
 * key has asked for is known to the instance that answered: behind n of them it may ask for up to n times as much.
 */
export function limitCost(limit: BucketLimit, clock: Clock): Plugin<Context> {
  const budgets = createLeakyBuckets(clock, limit)

  function charge(args: ExecutionArgs): Cost | undefined {
    const requested = costOf(args)
    const { viewer } = args.contextValue as { viewer: Viewer }
    if (viewer.kind === 'operator') return undefined
    const poured = budgets.pour(viewer.apiKeyId, requested)
    if (!poured.fits) throw overBudget(requested, poured.retryAfterMs)
    return { requested, left: poured.left, ...limit }
  }

  return {
    onExecute({ args, setResultAndStopExecution }) {
      const cost = charged(() => charge(args))
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
      const cost = charged(() => charge(args))
      if (cost instanceof GraphQLError) setResultAndStopExecution({ errors: [cost] })
    },
  }
}

function overBudget(requested: number, retryAfterMs: number): GraphQLError {
  const retryAfter = Math.ceil(retryAfterMs / 1000)
  return topLevelError(
    'RATE_LIMITED',
    `This key has used up what it may ask for: this operation costs ${requested}. Try again in ${retryAfter} seconds, or ask for smaller pages.`,
    { limit: 'cost', retryAfter },
  )
}

function charged<T>(charge: () => T): T | GraphQLError {
  try {
    return charge()
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}
