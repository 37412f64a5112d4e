import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { whereWorthAsking } from '../extensions/worth-asking.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import { sendSmsJob, sweepMessagesJob } from './jobs.ts'
import { requestSync } from './request-sync.ts'

/** Between syncs that nothing asked for: one Light call of 50 a minute in ten minutes. */
const syncEvery = minutes(10)
const sweepAfter = seconds(30)

/**
 * The net under the jobs: wakes lanes in which something has been waiting (a queue may lose a job, our
 * table does not), and syncs extensions that nobody has synced for a while (a webhook may be silent).
 */
export const sweepMessages = ({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) =>
  implementJob(sweepMessagesJob, async () => {
    const waiting = await db.message.findMany({
      where: {
        direction: 'OUTBOUND',
        status: { in: ['QUEUED', 'SENDING'] },
        createdAt: { lt: after(clock.now(), -sweepAfter) },
        extension: { grant: { isNot: null } },
      },
      distinct: ['extensionRowId'],
      select: { extensionRowId: true },
    })
    for (const { extensionRowId } of waiting) {
      await inTransaction(db, (tx) => queue.send(tx, sendSmsJob, { extensionRowId }))
    }

    const stale = await db.extension.findMany({
      where: {
        grant: { is: whereWorthAsking(clock.now()) },
        tenant: { status: 'ACTIVE' },
        OR: [
          { messagesSyncedAt: null },
          { messagesSyncedAt: { lt: after(clock.now(), -syncEvery) } },
        ],
      },
      select: { id: true },
    })
    for (const { id } of stale) {
      await inTransaction(db, (tx) => requestSync(tx, queue, id))
    }
  })
