import { ensureConversation } from '../conversations/ensure.ts'
import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import { asMessage, type Mailbox, ownNumberIn } from './as-message.ts'
import { publicPart } from './status.ts'

/**
 * Writes an inbound message with its event, once: RingCentral may tell of it twice, by notification and
 * by sync, in any order. `recoveredAt`: when it was found without its notification. What is of a type
 * that we do not know is left out. The caller refreshes its conversation, when all messages are written.
 *
 * @returns the message, if it was new
 */
export async function recordInbound(
  tx: Tx,
  record: RecordEvent,
  mailbox: Mailbox,
  inbound: MessageRecord,
  recoveredAt: Date | null = null,
): Promise<Message | undefined> {
  const data = asMessage(mailbox, inbound)
  if (!data) return undefined
  const conversationId = await ensureConversation(tx, { ...data, own: ownNumberIn(inbound) })
  const [message] = await tx.message.createManyAndReturn({
    data: { ...data, conversationId, recoveredAt },
    skipDuplicates: true,
  })
  if (!message) return undefined
  record({
    type: 'message.received',
    tenantId: message.tenantId,
    subjectId: message.id,
    snapshot: publicPart(message),
  })
  return message
}
