import { type SettledUse, settleUses } from '../db/budget.ts'
import type { Db } from '../db/client.ts'
import { after, seconds } from '../lib/clock.ts'
import { every } from '../lib/every.ts'
import type { Logger } from '../lib/logger.ts'

const writeEveryMs = seconds(1)

export type Uses = ReturnType<typeof createUses>

/** A use of a budget whose request is under way. What is said of it first counts. */
export type OpenUse = {
  /** RingCentral has the request by now, if it ever will. */
  arrived(): void
  /** No request left: the next one may use it. */
  giveBack(): Promise<void>
}

/**
 * RingCentral counts a request when it arrives, we when we grant it, which is earlier: forty that were slow
 * and one that is quick would meet in its window. So once a request is answered it counts from its answer.
 *
 * That matters only when its window is nearly over, and costs no request any time: it is written once a
 * second, for all together. What a process that dies had yet to write counts from its grant.
 */
export function createUses({ db, logger }: { db: Db; logger: Logger }) {
  const arrived = new Map<string, SettledUse[]>()

  const failed = (error: unknown) =>
    logger.warn({ err: error }, 'When requests arrived was not written down; trying again')

  async function write() {
    for (const [key, uses] of [...arrived]) {
      const written = uses.length
      await settleUses(db, key, uses)
      if (uses.length > written) arrived.set(key, uses.slice(written))
      else arrived.delete(key)
    }
  }
  const writing = every(writeEveryMs, write, failed)

  return {
    /** `at`: by the database's clock; `askedAt`: by this process's, no later than that. */
    open(key: string, at: Date, askedAt: number): OpenUse {
      let isOpen = true
      return {
        arrived() {
          if (!isOpen) return
          isOpen = false
          const usedAt = after(at, Math.ceil(performance.now() - askedAt))
          const others = arrived.get(key)
          if (others) others.push({ at, usedAt })
          else arrived.set(key, [{ at, usedAt }])
        },
        async giveBack() {
          if (!isOpen) return
          isOpen = false
          await settleUses(db, key, [{ at, usedAt: null }]).catch(failed)
        },
      }
    },

    async close() {
      await writing.close()
      await write().catch(failed)
    },
  }
}
