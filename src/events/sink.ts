/** Where what a subscriber hears goes on to. */
export type Sink<Item> = {
  /** Takes an item; false, and nothing is taken, while it has enough to hand on. */
  offer(item: Item): boolean
  /** Resolves when it may take more. Of one that has ended it need not. */
  room(): Promise<void>
  /** Nothing more comes; `failure` is what its consumer is told, if that is not all as it should be. */
  end(failure: unknown): void
}

/**
 * Hands items one by one to whoever asks for the next one: what nobody has asked for yet stays in the log. Written by
 * hand, not as a generator: `return()` must end a subscriber whose consumer waits, and a generator parked in an
 * `await` would not hear of it.
 */
export function iterate<Item>(
  open: (sink: Sink<Item>) => { end(): void },
): AsyncIterableIterator<Item> {
  const done: IteratorResult<Item> = { value: undefined, done: true }
  let asked: PromiseWithResolvers<IteratorResult<Item>> | undefined
  let askedFor: () => void = () => undefined
  let isOver = false
  let failure: unknown

  const subscriber = open({
    offer(item) {
      if (!asked) return false
      asked.resolve({ value: item, done: false })
      asked = undefined
      return true
    },
    room: () =>
      asked ? Promise.resolve() : new Promise<void>((resolve) => (askedFor = () => resolve())),
    end(why) {
      isOver = true
      failure = why
      if (asked) settle(asked)
      asked = undefined
      askedFor()
    },
  })

  function settle({ resolve, reject }: PromiseWithResolvers<IteratorResult<Item>>) {
    if (failure === undefined) return resolve(done)
    reject(failure)
    failure = undefined
  }

  return {
    next() {
      const next = Promise.withResolvers<IteratorResult<Item>>()
      if (isOver) settle(next)
      else asked = next
      askedFor()
      return next.promise
    },
    async return() {
      subscriber.end()
      // Who has gone is told of nothing more, a failure that it never asked for included.
      failure = undefined
      return done
    },
    async throw(error) {
      subscriber.end()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
