import pg from 'pg'

// What a failed query means. Prisma tells one and the same failure in several ways: with a code of its own, with the
// driver adapter's error inside `meta` or instead of it (a conflict that shows at COMMIT), or as a plain Error without
// any code (a connection that broke between two queries). So everything that an error says is looked at.

const CONFLICT = /^(P2034|TransactionWriteConflict|40001|40P01)$/

/** Prisma's word for what Postgres answered to a statement that was written by hand. */
const RAW_REFUSED = /^P2010$/

const LOCK_TIMEOUT = /^(55P03)$/

const UNIQUE = /^(P2002|UniqueConstraintViolation|23505)$/

const UNSTORABLE = /^(22021|22P05)$|invalid byte sequence for encoding/

const UNAVAILABLE = new RegExp(
  [
    '^(P1001|P1002|P1008|P1017|P2024)$',
    '^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$',
    '^(08...|57P0[123]|53300)$',
    // The disk is full; it takes no writes (a standby, or its administrator made it so).
    '^(53100|25006)$',
    // It ended a transaction that had stood idle: ours may have, in a process that had no processor for seconds.
    '^25P03$',
    '^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$',
    'not queryable',
    'timeout exceeded when trying to connect',
    '^Connection terminated',
    // It said nothing at all: see `silenceMs` in pool.ts.
    '^Query read timeout$',
    // P2028 tells two things: no connection in time, or (not here) a transaction that took too long.
    'Unable to start a transaction in the given time',
  ].join('|'),
)

/** Lost to another transaction, and rolled back: trying again at once is safe and likely to succeed. */
export function isConflict(error: unknown): boolean {
  return says(error, CONFLICT)
}

/**
 * Another moment may have another answer: a conflict, a lock that was held too long, a lost connection. Whoever loses
 * the connection during COMMIT does not know whether it happened, so only work that may be repeated is tried again.
 */
export function isRetryable(error: unknown): boolean {
  return isConflict(error) || says(error, LOCK_TIMEOUT) || isDatabaseUnavailable(error)
}

/** Postgres itself has refused a statement, and so has done nothing of it. */
export function isRefused(error: unknown): boolean {
  const isAnswer = error instanceof pg.DatabaseError || says(error, RAW_REFUSED)
  return !isDatabaseUnavailable(error) && (isRetryable(error) || isAnswer)
}

/** Something else has this value already. Inside a transaction, the transaction is over with that. */
export function isUniqueViolation(error: unknown): boolean {
  return says(error, UNIQUE)
}

/** A text holds U+0000, which Postgres knows no way to store or to compare. */
export function isUnstorableText(error: unknown): boolean {
  return says(error, UNSTORABLE)
}

/** The database cannot be reached, went away, has no connection to spare, or takes no writes. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return says(error, UNAVAILABLE)
}

function says(error: unknown, what: RegExp): boolean {
  return signs(error).some((sign) => what.test(sign))
}

function signs(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 4) return []
  const { code, originalCode, kind, message, meta, cause } = error as Record<string, unknown>
  const inner = (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError
  const own = [code, originalCode, kind, message].filter((sign) => typeof sign === 'string')
  return [...own, ...signs(inner, depth + 1), ...signs(cause, depth + 1)]
}
