import { topLevelError } from './errors.ts'

const done: IteratorResult<never> = { value: undefined, done: true }

/**
 * What goes on on one WebSocket, by what it was asked with: graphql-ws knows operations by their ids alone, and a client
 * may use an id again as soon as it has completed the operation, which may be beginning still.
 */
export class Operations {
  readonly #goingOn = new Map<object, Operation>()

  /** Those that a client has completed count until they have left off. */
  get count(): number {
    return this.#goingOn.size
  }

  begin(asked: object): Operation {
    const operation = new Operation(this, asked)
    this.#goingOn.set(asked, operation)
    return operation
  }

  /** It is over; answers whether its client wants to hear so, in what never comes if not. */
  end(asked: object): Promise<never> | undefined {
    const operation = this.#goingOn.get(asked)
    this.#goingOn.delete(asked)
    return operation?.isCompleted ? neverHeardOf() : undefined
  }
}

/** Held by graphql-ws as the stream of its id from the beginning on, so that it is told when the client completes it. */
export class Operation implements AsyncIterableIterator<never> {
  isCompleted = false
  readonly #operations: Operations
  readonly #asked: object
  #stream: AsyncIterator<never> | undefined

  constructor(operations: Operations, asked: object) {
    this.#operations = operations
    this.#asked = asked
  }

  /** What has come of it, if its client still wants to know. */
  async heard<Result>(result: Result | PromiseLike<Result>): Promise<Result> {
    const known = await result
    if (!this.isCompleted) return known
    this.#operations.end(this.#asked)
    return neverHeardOf()
  }

  /** It brings what the stream does. */
  of(stream: AsyncIterator<never>): this {
    this.#stream = stream
    return this
  }

  async next() {
    return this.#stream?.next() ?? done
  }

  /** Its client has completed it, or is gone. */
  async return() {
    this.isCompleted = true
    return this.#stream?.return?.() ?? done
  }

  [Symbol.asyncIterator]() {
    return this
  }
}

/** What waits for it says nothing more, and nothing else holds it. Anything said would be taken for another's who has the id now. */
function neverHeardOf(): Promise<never> {
  return new Promise(() => undefined)
}

export const tooManyOnSocket = (most: number) =>
  topLevelError(
    'SUBSCRIPTION_LIMIT',
    `A WebSocket carries ${most} operations at once: complete one first, or open another socket.`,
    { limit: 'operationsPerSocket', max: most },
  )
