/** Thrown by a job that cannot be done now through nobody's fault: it is made again at `retryAt`, at no cost of a retry. */
export class RetryLaterError extends Error {
  override name = 'RetryLaterError'
  /** Why, for a person. */
  readonly reason: string
  readonly retryAt: Date
  constructor(reason: string, retryAt: Date) {
    super(`${reason}; to be tried again at ${retryAt.toISOString()}`)
    this.reason = reason
    this.retryAt = retryAt
  }
}
