import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, hours, minutes, seconds } from '../lib/clock.ts'
import { watchDeliveryJob } from './jobs.ts'
import { requestSync } from './request-sync.ts'
import { isFinal } from './status.ts'

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

export function firstLookAt(now: Date): Date {
  return after(now, looksAfter[0] ?? 0)
}

export const watchDelivery = ({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) =>
  implementJob(watchDeliveryJob, async ({ messageId, look }) => {
    const message = await db.message.findUnique({ where: { id: messageId } })
    if (!message || isFinal(message.status)) return
    const { extensionRowId } = message
    const next = looksAfter[look + 1]
    await inTransaction(db, async (tx) => {
      await requestSync(tx, queue, extensionRowId)
      if (next === undefined) return
      const startAfter = after(clock.now(), next)
      await queue.send(tx, watchDeliveryJob, { messageId, look: look + 1 }, { startAfter })
    })
  })
