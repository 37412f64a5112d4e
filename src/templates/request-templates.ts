import type { Db, Tx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { resyncTemplatesJob, syncTemplatesJob } from './jobs.ts'

/** Has RingCentral's templates read soon; asking again before that changes nothing. */
export function requestTemplates(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
): Promise<void> {
  return queue.send(tx, syncTemplatesJob, { extensionRowId }, { singletonKey: extensionRowId })
}

/** Daily: RingCentral tells of no change. */
export const resyncTemplates = ({ db, queue }: { db: Db; queue: Pick<JobQueue, 'send'> }) =>
  implementJob(resyncTemplatesJob, async () => {
    const grants = await db.grant.findMany({
      where: { extension: { tenant: { status: 'ACTIVE' } } },
      select: { extensionRowId: true },
    })
    for (const { extensionRowId } of grants) {
      await inTransaction(db, (tx) => requestTemplates(tx, queue, extensionRowId))
    }
  })
