import { ensureConversation } from '../conversations/ensure.ts'
import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import { asMessage, type Mailbox } from './as-message.ts'
import { recordStatus } from './status.ts'

/**
 * Writes an outbound message that this gateway has not sent, but RingCentral's own app or another application: it is
 * part of the conversation. Only for a record that is known to be none of ours, see `whoseRecord`; of one that becomes
 * ours in this very moment nothing is written. The caller refreshes its conversation, when all messages are written.
 *
 * @returns the message, if it was new and one of a conversation
 */
export async function recordElsewhere(
  tx: Tx,
  record: RecordEvent,
  mailbox: Mailbox,
  outbound: MessageRecord,
): Promise<Message | undefined> {
  const data = asMessage(mailbox, outbound)
  const conversationId = data && (await ensureConversation(tx, data))
  if (!conversationId) return undefined
  const [message] = await tx.message.createManyAndReturn({
    data: { ...data, conversationId },
    skipDuplicates: true,
  })
  if (message) recordStatus(record, message)
  return message
}
