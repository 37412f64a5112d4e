import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { importHistoryJob, sweepHistoryJob } from './jobs.ts'

/** Longer than an import waits for its part of the budget. */
const stillAfter = minutes(3)

/** The net under the imports: a queue may lose a job, our table does not. */
export const sweepHistory = ({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) =>
  implementJob(sweepHistoryJob, async () => {
    const still = await db.historyImport.findMany({
      where: {
        status: 'RUNNING',
        movedAt: { lt: after(clock.now(), -stillAfter) },
        tenant: { status: 'ACTIVE' },
      },
      select: { extensionRowId: true },
    })
    for (const { extensionRowId } of still) {
      await inTransaction(db, (tx) =>
        queue.send(tx, importHistoryJob, { extensionRowId }, { singletonKey: extensionRowId }),
      )
    }
  })
