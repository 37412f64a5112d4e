import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
import { tendBatchJob } from './jobs.ts'

/** Many may opt out at once; a batch of thousands is not counted for each of them. */
const soon = seconds(2)

/** Has the batches of messages looked after that ended otherwise than by being sent: it may have been the last. */
export async function tendBatchesOf(
  tx: Tx,
  { queue, clock }: { queue: Pick<JobQueue, 'send'>; clock: Clock },
  messages: readonly Pick<Message, 'batchId'>[],
): Promise<void> {
  const startAfter = after(clock.now(), soon)
  for (const batchId of new Set(messages.flatMap((message) => message.batchId ?? []))) {
    // Not the key of the job that looks later: that one may be waiting for tomorrow.
    const singletonKey = `${batchId} soon`
    await queue.send(tx, tendBatchJob, { batchId }, { startAfter, singletonKey })
  }
}
