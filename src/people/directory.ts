import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, hours, seconds } from '../lib/clock.ts'
import { waitUntil } from '../lib/wait-until.ts'
import { isOn } from '../tenants/features.ts'
import { type Company, requestDirectory } from './request-directory.ts'

declare module '../graphql/context.ts' {
  interface Services {
    directory: Directory
  }
}

export type Directory = ReturnType<typeof createDirectory>

/** RingCentral tells of most changes; what it did not tell is found so late. */
const staleAfter = hours(4)
/** The first question of all waits for the first read, which takes a second or two. */
const waitAtMost = seconds(3)

/** How fresh our copies of a tenant's directories are, and who sees to it. */
export function createDirectory({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) {
  /** The companies whose people are connected, each with its copy. */
  async function copies(tenantId: string) {
    const [connected, known] = await Promise.all([
      db.extension.findMany({
        where: { tenantId, grant: { isNot: null } },
        distinct: ['rcAccountId'],
        select: { rcAccountId: true },
      }),
      db.directoryCopy.findMany({ where: { tenantId } }),
    ])
    return connected.map(({ rcAccountId }) => {
      const copy = known.find((copy) => copy.rcAccountId === rcAccountId)
      const { syncedAt = null, attemptedAt = null } = copy ?? {}
      return { company: { tenantId, rcAccountId }, syncedAt, attemptedAt }
    })
  }

  function request(company: Company): Promise<void> {
    return inTransaction(db, (tx) => requestDirectory(tx, { queue, clock }, company))
  }

  return {
    /** Has old copies read again; waits a moment for those that are not there at all. */
    async refresh(tenantId: string): Promise<void> {
      const [isWanted, found] = await Promise.all([
        isOn(db, tenantId, 'DIRECTORY'),
        copies(tenantId),
      ])
      if (!isWanted) return
      for (const { company, syncedAt } of found) {
        if (!syncedAt || syncedAt < after(clock.now(), -staleAfter)) await request(company)
      }
      // What was tried a while ago and is not there yet will not come in a moment.
      const hopeless = after(clock.now(), -seconds(10))
      const missing = found
        .filter(
          ({ syncedAt, attemptedAt }) => !syncedAt && !(attemptedAt && attemptedAt < hopeless),
        )
        .map(({ company }) => company)
      if (missing.length === 0) return
      const there = () =>
        db.directoryCopy.count({ where: { OR: missing, syncedAt: { not: null } } })
      await waitUntil(async () => (await there()) === missing.length, waitAtMost)
    },

    /** As of when the copy is: the oldest of its parts; null when one was never read, or nobody is connected. */
    async asOf(tenantId: string): Promise<Date | null> {
      const times = (await copies(tenantId)).map(({ syncedAt }) => syncedAt?.getTime() ?? 0)
      const oldest = Math.min(...times)
      return Number.isFinite(oldest) && oldest > 0 ? new Date(oldest) : null
    },
  }
}
