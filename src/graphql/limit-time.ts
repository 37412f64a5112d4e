import {
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  OperationTypeNode,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Logger } from '../lib/logger.ts'
import type { Context } from './context.ts'
import { topLevelError } from './errors.ts'

/** Longer than anything takes that goes well; shorter than what a proxy in front waits. */
export const defaultAnswerWithinMs = 10_000

type Run = (args: never) => unknown
type Asked = ExecutionArgs & { contextValue: Context & { request?: Request } }

/**
 * Answers TIMEOUT when an operation takes too long, and asks nothing further for it: no resolver begins any more. A query
 * is also given up when its client hangs up, or is not welcome any more. A mutation is not: half of one would be a
 * third outcome. What waits for RingCentral then ends by a time limit of its own, so that what became of it gets known.
 *
 * A subscription has so long to begin; once it has, it may stay.
 */
export function createTimeLimit(withinMs: number, logger: Logger) {
  const late = ({ requestId }: Context) => {
    logger.warn({ requestId }, 'An operation took too long; it is given up')
    return topLevelError('TIMEOUT', sentence(withinMs), { limit: 'time', max: withinMs })
  }

  /** `watched`: what tells that nobody waits for the answer any more. */
  async function execute(
    run: Run,
    args: Asked,
    watched: readonly AbortSignal[] = hangingUp(args),
  ): Promise<unknown> {
    const giveUp = new AbortController()
    const { signal } = giveUp
    const timer = setTimeout(() => giveUp.abort(late(args.contextValue)), withinMs)
    // By hand: what AbortSignal.any makes is kept for as long as the executor listens to it, which is for ever.
    const leave = () => giveUp.abort(goneAway)
    for (const one of watched) one.addEventListener('abort', leave, { once: true })
    if (watched.some(({ aborted }) => aborted)) leave()
    const givenUp = new Promise((resolve) => {
      const answer = () => resolve({ errors: [signal.reason] })
      if (signal.aborted) answer()
      signal.addEventListener('abort', answer, { once: true })
    })
    try {
      return await Promise.race([givenUp, run({ ...args, signal } as never)])
    } catch (error) {
      if (!signal.aborted) throw error
      return await givenUp
    } finally {
      clearTimeout(timer)
      for (const one of watched) one.removeEventListener('abort', leave)
    }
  }

  /** What is there in time, or TIMEOUT. */
  async function inTime<Answer>(answer: Promise<Answer>, context: Context) {
    const { promise: tooLate, resolve } = Promise.withResolvers<ExecutionResult>()
    const timer = setTimeout(() => resolve({ errors: [late(context)] }), withinMs)
    return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer))
  }

  return { execute, inTime }
}

export type TimeLimit = ReturnType<typeof createTimeLimit>

export function limitTime({ execute, inTime }: TimeLimit): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args) => execute(executeFn, args as Asked) as never)
    },
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn((args) => {
        const begun = Promise.resolve(subscribeFn(args))
        return inTime(begun, (args as Asked).contextValue) as never
      })
    },
  }
}

/** Whom it would tell has hung up, or has been shown out. */
export const goneAway = topLevelError('UNAUTHENTICATED', 'Unauthorized')

/** What tells that nobody waits for the answer any more. */
function hangingUp({ document, operationName, contextValue }: Asked): AbortSignal[] {
  const operation = getOperationAST(document, operationName)?.operation
  if (operation !== OperationTypeNode.QUERY) return []
  return [contextValue.ended, contextValue.request?.signal].filter((signal) => signal !== undefined)
}

function sentence(withinMs: number): string {
  return `This took longer than ${withinMs / 1000} seconds and was given up: ask for less at once. What a mutation had begun may still be done: look before you ask again.`
}
