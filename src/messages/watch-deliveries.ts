import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, hours, minutes, seconds } from '../lib/clock.ts'
import { watchDeliveriesJob } from './jobs.ts'
import { requestHighVolumeSync } from './request-high-volume-sync.ts'
import { requestSync } from './request-sync.ts'

/**
 * RingCentral rings a bell when a status moves, but bells get lost. So we look by ourselves, often at
 * first: most texts are delivered within seconds. After a day a text that is still SENT stays so:
 * carriers do not always report delivery.
 */
const looksAfter = [
  seconds(2),
  seconds(5),
  seconds(20),
  minutes(1),
  minutes(5),
  minutes(30),
  hours(4),
  hours(24),
]
/** From this look on, also what was sent long ago: of high-volume texts that is a list of thousands. */
const farBackFrom = 4
/** All looks together, and some more. */
export const watchedFor = hours(30)

type Deps = { queue: Pick<JobQueue, 'send'>; clock: Clock }

/**
 * Has the first look at what becomes of a text that was just sent. One look serves all texts of an
 * extension: a thousand texts make no more jobs than one. Of what colleagues write RingCentral reports no more.
 */
export async function watchDeliveries(
  tx: Tx,
  deps: Deps,
  { type, extensionRowId }: Pick<Message, 'type' | 'extensionRowId'>,
): Promise<void> {
  if (type === 'SMS') await lookAt(tx, deps, extensionRowId, 0)
}

async function lookAt(tx: Tx, deps: Deps, extensionRowId: string, look: number): Promise<void> {
  const wait = looksAfter[look]
  if (wait === undefined) return
  await deps.queue.send(
    tx,
    watchDeliveriesJob,
    { extensionRowId, look },
    { startAfter: after(deps.clock.now(), wait), singletonKey: `${extensionRowId}:${look}` },
  )
}

export const lookAtDeliveries = ({ db, ...deps }: Deps & { db: Db }) =>
  implementJob(watchDeliveriesJob, async ({ extensionRowId, look }) => {
    const anyOpen = (highVolume: boolean) =>
      db.message.findFirst({
        where: {
          extensionRowId,
          type: 'SMS',
          direction: 'OUTBOUND',
          status: 'SENT',
          highVolume,
          createdAt: { gt: after(deps.clock.now(), -watchedFor) },
        },
        select: { id: true },
      })
    const [ordinary, highVolume] = [await anyOpen(false), await anyOpen(true)]
    if (!ordinary && !highVolume) return
    await inTransaction(db, async (tx) => {
      if (ordinary) await requestSync(tx, deps.queue, extensionRowId)
      if (highVolume) {
        const back = look < farBackFrom ? 'recent' : 'all'
        await requestHighVolumeSync(tx, deps.queue, extensionRowId, back)
      }
      await lookAt(tx, deps, extensionRowId, look + 1)
    })
  })
