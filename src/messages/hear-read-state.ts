import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { recordMessageChanged } from './status.ts'

/**
 * Takes over that a message was read, or made unread, at RingCentral. Only what RingCentral has not said before is news:
 * otherwise it repeats what somebody has changed here, and is yet to be told of it.
 *
 * @returns the message as it is now; undefined when the record was read from RingCentral (`readAt`) before that was told
 *   of a change of ours, so that nobody knows which is newer: it has to be read again
 */
export async function hearReadState(
  tx: Tx,
  record: RecordEvent,
  known: Message,
  isRead: boolean | null | undefined,
  readAt: Date,
): Promise<Message | undefined> {
  if (isRead == null || isRead === known.rcIsRead) return known
  if (known.readToldAt && readAt <= known.readToldAt) return undefined
  const [heard] = await tx.message.updateManyAndReturn({
    // Unless somebody here has changed it since we looked.
    where: { id: known.id, isRead: known.isRead, rcIsRead: known.rcIsRead },
    data: { isRead, rcIsRead: isRead, readToTell: false },
  })
  if (heard) recordMessageChanged(record, heard)
  return heard
}
