/** Thrown by a job that cannot be done now through nobody's fault: it is made again at `retryAt`, at no cost of a retry. */
export class RetryLaterError extends Error {
  override name = 'RetryLaterError'
  /** Why, for a person. */
  readonly reason: string
  readonly retryAt: Date
  /** `cause`: the answer that said so, if there was one. */
  constructor(reason: string, retryAt: Date, options?: { cause: unknown }) {
    super(`${reason}; to be tried again at ${retryAt.toISOString()}`, options)
    this.reason = reason
    this.retryAt = retryAt
  }
}
