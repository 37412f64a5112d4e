import type { Logger } from '../lib/logger.ts'
import { isDatabaseUnavailable } from './errors.ts'

/**
 * Keeps the process alive when Postgres goes away. Prisma ends a transaction that has taken too long by
 * a timer of its own, and if its connection is gone by then, that rejects where nobody can catch it:
 * whoever asked for the transaction has had an error already. Any other stray rejection is a fault of
 * ours, and ends the process as usual.
 */
export function surviveLostConnections(logger: Logger): void {
  process.on('unhandledRejection', (reason) => {
    if (!isDatabaseUnavailable(reason)) throw reason
    logger.warn({ err: reason }, 'A connection to the database was lost in mid-transaction')
  })
}
