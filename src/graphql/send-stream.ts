import type { Outlet } from './outlet.ts'
import type { Stream } from './stream.ts'

/**
 * Shows a stream to a subscription of graphql-transport-ws: what happens goes out by the socket's outlet. What is
 * returned is for graphql-ws, which keeps the protocol: it brings nothing, and ends as the stream does.
 */
export function sendStream(stream: Stream, id: string, outlet: Outlet): AsyncIterator<never> {
  const done: IteratorResult<never> = { value: undefined, done: true }
  const over = Promise.withResolvers<IteratorResult<never>>()
  // Nobody may ask for it any more.
  over.promise.catch(() => undefined)
  const idAsJson = JSON.stringify(id)
  const subscriber = stream.open({
    offer(payload) {
      if (!outlet.hasRoom) return false
      outlet.write(payload.frame(idAsJson))
      return true
    },
    room: outlet.room,
    end(failure) {
      // What it was shown comes before its end.
      outlet.flush()
      if (failure === undefined) over.resolve(done)
      else over.reject(failure)
    },
  })
  return {
    next: () => over.promise,
    async return() {
      subscriber.end()
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  } as AsyncIterableIterator<never>
}
