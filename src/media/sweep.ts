import type { Db } from '../db/client.ts'
import { implementJob } from '../jobs/define-job.ts'
import { after, type Clock, hours } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { sweepMediaJob, sweepOrphansJob } from './jobs.ts'
import { type MediaStore, MediaStoreUnavailableError } from './store.ts'

/** So long an upload waits for its bytes, and bytes for a message. */
export const unusedFor = hours(24)
const handful = 500

type Deps = { db: Db; store: MediaStore; clock: Clock; logger: Logger }

/** Rows first: bytes without a row are found again, a row without its bytes would promise what is not there. */
export const sweepMedia = ({ db, store, clock }: Deps) =>
  implementJob(sweepMediaJob, async () => {
    const before = after(clock.now(), -unusedFor)
    await db.upload.deleteMany({ where: { status: 'WAITING', createdAt: { lt: before } } })
    for (;;) {
      const unused = await db.media.findMany({
        where: { createdAt: { lt: before }, uses: { none: {} } },
        select: { id: true },
        orderBy: { createdAt: 'asc' },
        take: handful,
      })
      for (const { id } of unused) {
        // Who attaches it at this moment makes this fail, and the job comes again; who has done so just before keeps it.
        const { count } = await db.media.deleteMany({ where: { id, uses: { none: {} } } })
        if (count > 0) await store.delete(id)
      }
      if (unused.length < handful) return
    }
  })

/** Bytes whose writer died before their row was there, or whose row went with its tenant. */
export const sweepOrphans = ({ db, store, clock, logger }: Deps) =>
  implementJob(sweepOrphansJob, async () => {
    let removed = 0
    const removeUnknown = async (keys: string[]) => {
      const known = await db.media.findMany({
        where: { id: { in: keys } },
        select: { id: true },
      })
      const ids = new Set(known.map(({ id }) => id))
      for (const key of keys.filter((one) => !ids.has(one))) {
        await store.delete(key)
        removed += 1
      }
    }
    let keys: string[] = []
    for await (const key of store.keysBefore(after(clock.now(), -unusedFor))) {
      keys.push(key)
      if (keys.length < handful) continue
      await removeUnknown(keys)
      keys = []
    }
    await removeUnknown(keys)
    if (removed > 0) logger.info({ removed }, 'Removed media that nothing belonged to')
  })

/** Removes what is kept of a tenant, whose rows go next. */
export async function removeMediaOf(
  { db, store, logger }: Omit<Deps, 'clock'>,
  tenantId: string,
): Promise<void> {
  for (let last = ''; ; ) {
    const media = await db.media.findMany({
      where: { tenantId, id: { gt: last } },
      select: { id: true },
      orderBy: { id: 'asc' },
      take: handful,
    })
    try {
      for (const { id } of media) await store.delete(id)
    } catch (error) {
      if (!(error instanceof MediaStoreUnavailableError)) throw error
      logger.warn({ err: error, tenantId }, 'The media of a deleted tenant are left to the sweep')
      return
    }
    last = media.at(-1)?.id ?? ''
    if (media.length < handful) return
  }
}
