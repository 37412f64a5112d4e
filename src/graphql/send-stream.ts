import type { Sink } from '../events/sink.ts'
import type { Subscriber } from '../events/subscriber.ts'
import type { Outlet } from './outlet.ts'
import { type Payload, SubscriptionId } from './payload.ts'
import type { Stream } from './stream.ts'

const done: IteratorResult<never> = { value: undefined, done: true }

/**
 * Shows a stream to a subscription of graphql-transport-ws: what happens goes out by the socket's outlet. What is
 * returned is for graphql-ws, which keeps the protocol: it brings nothing, and ends as the stream does.
 */
export function sendStream(stream: Stream, id: string, outlet: Outlet): AsyncIterator<never> {
  return new SentStream(stream, id, outlet)
}

class SentStream implements Sink<Payload>, AsyncIterableIterator<never> {
  readonly #id: SubscriptionId
  readonly #outlet: Outlet
  readonly #over = Promise.withResolvers<IteratorResult<never>>()
  readonly #subscriber: Subscriber<Payload>

  constructor(stream: Stream, id: string, outlet: Outlet) {
    this.#id = new SubscriptionId(id)
    this.#outlet = outlet
    // Nobody may ask for it any more.
    this.#over.promise.catch(() => undefined)
    this.#subscriber = stream.open(this)
  }

  offer(payload: Payload): boolean {
    if (!this.#outlet.hasRoom) return false
    this.#outlet.write(payload, this.#id)
    return true
  }

  room() {
    return this.#outlet.room()
  }

  end(failure: unknown) {
    // What it was shown comes before its end.
    this.#outlet.flush()
    if (failure === undefined) this.#over.resolve(done)
    else this.#over.reject(failure)
  }

  next() {
    return this.#over.promise
  }

  async return() {
    this.#subscriber.end()
    return done
  }

  [Symbol.asyncIterator]() {
    return this
  }
}
