import type { Tx } from '../db/client.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, seconds } from '../lib/clock.ts'
import { syncMessagesJob } from './jobs.ts'

/**
 * RingCentral rings for every step of every message, and allows 50 Light calls a minute. So syncs of
 * one extension keep a distance, and each brings all that rang meanwhile.
 */
const distance = seconds(1.5)

/** Has the messages of an extension synced soon; asking again before that changes nothing. */
export async function requestSync(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
): Promise<void> {
  const extension = await tx.extension.findUnique({ where: { id: extensionRowId } })
  await queue.send(
    tx,
    syncMessagesJob,
    { extensionRowId },
    {
      singletonKey: extensionRowId,
      ...(extension?.messagesSyncedAt && {
        startAfter: after(extension.messagesSyncedAt, distance),
      }),
    },
  )
}
