import { encodeCursor } from './cursor.ts'
import { type EventType, type LoggedEvent, revive } from './event.ts'
import type { EventFeed } from './feed.ts'

declare module '../graphql/context.ts' {
  interface Services {
    feed: EventFeed
  }
}

/** What a subscriber gets: a place in the log, and what it is about as it stood right then. */
export type Delivery<Row> = { cursor: string; occurredAt: Date; row: Row }

/**
 * A tenant's events of some types as rows, those that match. Ends with its reader.
 */
export async function deliver<Row>(
  feed: EventFeed,
  options: {
    tenantId: string
    types: readonly EventType[]
    after: string | null | undefined
    ended: AbortSignal | undefined
    matches?: (row: Row) => boolean
  },
): Promise<AsyncIterable<Delivery<Row>>> {
  const { matches = () => true } = options
  const events = await feed.read(options)
  const deliveryOf = (event: LoggedEvent): Delivery<Row> => ({
    cursor: encodeCursor(event.tenantId, event.sequence),
    occurredAt: event.occurredAt,
    row: revive<Row>(event.snapshot),
  })
  const done = { value: undefined, done: true } as const
  const deliveries: AsyncIterableIterator<Delivery<Row>> = {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      for (;;) {
        const { value, done: ended } = await events.next()
        if (ended) return done
        const delivery = deliveryOf(value)
        if (matches(delivery.row)) return { value: delivery, done: false }
      }
    },
    async return() {
      await events.return?.()
      return done
    },
    async throw(error) {
      await events.return?.()
      throw error
    },
  }
  return deliveries
}

/** The argument that all subscriptions share. */
export const afterDescription =
  'Continue after this cursor: the `cursor` of the last event that you saw, so that you miss nothing and see nothing twice. Left out: from now on. Top-level error CURSOR_EXPIRED when events after it are no longer kept (they are for 7 days); SLOW_CONSUMER when you read more slowly than events happen: then continue after the last one you saw.'

export const cursorDescription =
  'The place of this event in your log. Subscribe again with `after` set to the last one you saw.'

export const occurredAtDescription = 'When it happened.'
