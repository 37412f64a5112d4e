import type { Audience } from './audience.ts'
import { encodeCursor } from './cursor.ts'
import { type LoggedEvent, revive } from './event.ts'
import type { EventFeed, Place } from './feed.ts'
import type { Sink } from './sink.ts'
import type { Subscriber } from './subscriber.ts'
import type { AnyWanted, Wanted } from './wanted.ts'

declare module '../graphql/context.ts' {
  interface Services {
    feed: EventFeed
  }
}

/** What a subscriber gets: a place in the log, and what it is about as it stood right then. */
export type Delivery<Row> = { cursor: string; occurredAt: Date; row: Row }

export function deliveryOf({ tenantId, sequence, occurredAt, snapshot }: LoggedEvent) {
  return {
    cursor: encodeCursor(tenantId, sequence),
    occurredAt,
    row: revive(snapshot),
  } satisfies Delivery<unknown>
}

/**
 * A tenant's events after a cursor (from now on, if there is none) that somebody wants. Finds the place, and refuses a
 * cursor that is none; nothing is read before they are opened.
 */
export async function deliver<Row>(
  feed: EventFeed,
  {
    tenantId,
    after,
    ended,
    ...wanted
  }: Wanted<Row> & {
    tenantId: string
    after: string | null | undefined
    ended: AbortSignal | undefined
  },
): Promise<AsyncIterable<Delivery<Row>>> {
  return new Deliveries(feed, await feed.find(tenantId, after), wanted, ended)
}

/** What a subscription field's `subscribe` answers. It takes the place of a stream, and is opened by whoever shares executions. */
export class Deliveries implements AsyncIterable<never> {
  readonly #feed: EventFeed
  readonly #place: Place
  readonly #wanted: AnyWanted
  readonly #ended: AbortSignal | undefined

  constructor(feed: EventFeed, place: Place, wanted: AnyWanted, ended: AbortSignal | undefined) {
    this.#feed = feed
    this.#place = place
    this.#wanted = wanted
    this.#ended = ended
  }

  open<Item>(audience: Audience<Item>, sink: Sink<Item>): Subscriber<Item> {
    return this.#feed.open({
      place: this.#place,
      wanted: this.#wanted,
      ended: this.#ended,
      audience,
      sink,
    })
  }

  [Symbol.asyncIterator](): AsyncIterator<never> {
    throw new TypeError('Deliveries are opened, with an audience and a sink')
  }
}

/** The argument that all subscriptions share. */
export const afterDescription =
  'Continue after this cursor: the `cursor` of the last event that you saw, so that you miss nothing and see nothing twice. Left out: from now on. Top-level error CURSOR_EXPIRED when events after it are no longer kept (they are for 7 days); SLOW_CONSUMER when you read more slowly than events happen: then continue after the last one you saw.'

export const cursorDescription =
  'The place of this event in your log. Subscribe again with `after` set to the last one you saw.'

export const occurredAtDescription = 'When it happened.'
