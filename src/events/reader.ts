import { GraphQLError } from 'graphql'
import { topLevelError } from '../graphql/errors.ts'
import type { LoggedEvent } from './event.ts'
import type { Pace } from './pace.ts'
import type { Tail } from './tail.ts'

export type Reader = AsyncIterableIterator<LoggedEvent> & {
  /** Ends it if its consumer cannot keep up. */
  look(): void
  /** Ends it from outside; a reason that is made for clients is thrown to its consumer. */
  end(reason: unknown): void
}

/**
 * Reads a log from a place on, events of some types. Written by hand, not as a generator: `return()`
 * must end a reader that is waiting, and a generator parked in an `await` would not hear of it.
 */
export function createReader({
  tail,
  start,
  types,
  pace,
  onSlow,
  onEnd,
}: {
  tail: Tail
  start: bigint
  types: Set<string>
  pace: Pace
  onSlow: (lag: number) => void
  onEnd: () => void
}): Reader {
  const ended = new AbortController()
  const done = { value: undefined, done: true } as const
  let place = start
  if (place >= tail.head) pace.live()
  let batch: LoggedEvent[] = []
  /** The consumer is with us, not with an event that it was handed. */
  let waitedFor = false
  let failure: Error | undefined

  const end = () => {
    if (ended.signal.aborted) return
    batch = []
    ended.abort()
    onEnd()
  }

  async function next(): Promise<IteratorResult<LoggedEvent>> {
    while (!ended.signal.aborted) {
      const event = batch.shift()
      if (!event) {
        await tail.waitBeyond(place, ended.signal)
        if (ended.signal.aborted) break
        const events = await tail.read(place)
        if (ended.signal.aborted) break
        if (events.length === 0) throw cursorExpired()
        batch = [...events]
        continue
      }
      // The log has no gaps, so a missing place can only have been pruned.
      if (event.sequence !== place + 1n) throw cursorExpired()
      place = event.sequence
      if (place >= tail.head) pace.live()
      if (types.has(event.type)) return { value: event, done: false }
    }
    if (!failure) return done
    const error = failure
    failure = undefined
    throw error
  }

  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      waitedFor = true
      pace.came()
      try {
        return await next()
      } catch (error) {
        end()
        throw error
      } finally {
        waitedFor = false
      }
    },
    async return() {
      end()
      return done
    },
    async throw(error) {
      end()
      throw error
    },
    look() {
      const lag = tail.head - place
      if (!pace.isTooSlow({ keeps: !waitedFor, lag })) return
      failure = slowConsumer()
      onSlow(Number(lag))
      end()
    },
    end(reason) {
      if (reason instanceof GraphQLError) failure ??= reason
      end()
    },
  }
}

export function cursorExpired() {
  return topLevelError(
    'CURSOR_EXPIRED',
    'Events after this cursor are no longer kept. Read the current state with a query, then subscribe again without `after`.',
  )
}

function slowConsumer() {
  return topLevelError(
    'SLOW_CONSUMER',
    'You read more slowly than events happen, so this subscription has ended; nothing is lost. Subscribe again with `after` set to the last cursor that you saw, and read faster, or filter more.',
  )
}
