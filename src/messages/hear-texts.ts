import { refreshConversations } from '../conversations/refresh.ts'
import type { Tx } from '../db/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { hearKeywords } from './hear-keywords.ts'
import { requestMedia } from './inbound-media.ts'
import { type Inbound, recordInbounds } from './record-inbound.ts'

/** Writes texts that RingCentral has just told of, with all that they ask for. Those that are known change nothing. */
export async function hearTexts(
  tx: Tx,
  record: RecordEvent,
  deps: { queue: Pick<JobQueue, 'send'>; clock: Clock },
  texts: readonly Inbound[],
): Promise<void> {
  const received = await recordInbounds(tx, record, texts)
  for (const message of received) await requestMedia(tx, deps.queue, message)
  await hearKeywords(tx, record, deps, received)
  const touched = received.map(({ conversationId }) => ({ conversationId, wakes: true }))
  await refreshConversations(tx, record, touched)
}
