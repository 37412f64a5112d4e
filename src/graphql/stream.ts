import type { ExecutionResult, GraphQLError } from 'graphql'
import type { Audience } from '../events/audience.ts'
import { iterate, type Sink } from '../events/sink.ts'
import type { Subscriber } from '../events/subscriber.ts'
import type { Deliveries } from '../events/subscription.ts'
import type { Payload } from './payload.ts'

/** An audience while somebody is in it. */
export type Seat = { audience: Audience<Payload>; leave: () => void }

/** What the engine writes with its own `stringify`, if it has one. */
type Shown = ExecutionResult & { stringify?: () => string }

/** A subscription that has begun: what it shows, and of which events. Nothing is read before a transport opens it. */
export class Stream {
  readonly #deliveries: Deliveries
  readonly #sit: () => Seat
  readonly #mask: (error: unknown) => GraphQLError

  constructor(
    deliveries: Deliveries,
    { sit, mask }: { sit: () => Seat; mask: (error: unknown) => GraphQLError },
  ) {
    this.#deliveries = deliveries
    this.#sit = sit
    this.#mask = mask
  }

  /** Shows to a sink what happens. Of a failure it is told what a client may see. */
  open(sink: Sink<Payload>): Subscriber<Payload> {
    const seat = this.#sit()
    return this.#deliveries.open(seat.audience, new Seated(sink, seat, this.#mask))
  }

  /** The same one by one, from now on, whenever the first is asked for; a failure is the last one. */
  results(): AsyncIterableIterator<Shown> {
    const done: IteratorResult<Shown> = { value: undefined, done: true }
    const payloads = iterate<Payload>((sink) => this.open(sink))
    return {
      async next() {
        try {
          const next = await payloads.next()
          if (next.done) return done
          const { json } = next.value
          return { value: { stringify: () => json }, done: false }
        } catch (error) {
          return { value: { errors: [error as GraphQLError] }, done: false }
        }
      },
      async return() {
        await payloads.return?.()
        return done
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }
}

/** A sink whose seat is given back at the end, and who is told of a failure what a client may see. */
class Seated implements Sink<Payload> {
  readonly #sink: Sink<Payload>
  readonly #seat: Seat
  readonly #mask: (error: unknown) => GraphQLError

  constructor(sink: Sink<Payload>, seat: Seat, mask: (error: unknown) => GraphQLError) {
    this.#sink = sink
    this.#seat = seat
    this.#mask = mask
  }

  offer(payload: Payload) {
    return this.#sink.offer(payload)
  }

  room() {
    return this.#sink.room()
  }

  end(failure: unknown) {
    this.#seat.leave()
    this.#sink.end(failure === undefined ? undefined : this.#mask(failure))
  }
}
