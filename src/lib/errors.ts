/**
 * A refusal that a client is meant to handle. Subclasses become members of a mutation's result
 * union; `code` is stable and listed in docs/errors.md, `message` is for a person.
 */
export abstract class BusinessError extends Error {
  abstract readonly code: string
}

/** Input that is well-formed GraphQL and still cannot be: the message says what to do. */
export class InvalidInputError extends BusinessError {
  override name = 'InvalidInputError'
  readonly code = 'INVALID_INPUT'
  /** The path of the faulty field inside `input`, for example `name`. */
  readonly field: string
  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** Too much of something in a time window. */
export class RateLimitedError extends BusinessError {
  override name = 'RateLimitedError'
  readonly code = 'RATE_LIMITED'
  /** Whole seconds until it is worth trying again. */
  readonly retryAfter: number
  constructor(message: string, retryAfterMs: number) {
    super(message)
    this.retryAfter = Math.max(1, Math.ceil(retryAfterMs / 1000))
  }
}

/** What comes of it, or the error of that kind that it throws. */
export function attempt<Result, Fault extends Error>(
  work: () => Result,
  // biome-ignore lint/suspicious/noExplicitAny: constructors of any shape
  fault: new (...args: any[]) => Fault,
): Result | Fault {
  try {
    return work()
  } catch (error) {
    if (error instanceof fault) return error
    throw error
  }
}
