import { setTimeout as delay } from 'node:timers/promises'
import type { Db, Tx } from './client.ts'
import { isConflict } from './errors.ts'
import type { Prisma } from './generated/client/client.ts'

export interface TransactionOptions {
  /** How often to try in all. */
  attempts?: number
  isolationLevel?: Prisma.TransactionIsolationLevel
}

/**
 * Runs work in one transaction, and again from the start when it lost to another one. So the work touches nothing but
 * the database, and reads what it needs inside. A lost connection is not tried again here: it may have come after the
 * COMMIT, and only the caller knows whether doing it twice is harmless (`isRetryable`).
 */
export async function inTransaction<T>(
  db: Db,
  work: (tx: Tx) => Promise<T>,
  { attempts = 3, isolationLevel }: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.$transaction(work, { maxWait: 5000, timeout: 10_000, isolationLevel })
    } catch (error) {
      if (attempt >= attempts || !isConflict(error)) throw error
      // At random within a growing window: those that collided must not meet again.
      await delay(Math.random() * 25 * 2 ** attempt)
    }
  }
}
