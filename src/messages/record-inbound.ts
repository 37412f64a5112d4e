import type { Tx } from '../db/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { createId } from '../lib/ids.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import { publicPart } from './status.ts'

/** Where a message came in. */
export type Mailbox = { tenantId: string; extensionRowId: string }

/**
 * Writes an inbound message with its event, once: RingCentral may tell of it twice, by notification and
 * by sync, in any order. `recoveredAt`: when it was found without its notification.
 *
 * @returns whether it was new
 */
export async function recordInbound(
  tx: Tx,
  record: RecordEvent,
  mailbox: Mailbox,
  inbound: MessageRecord,
  recoveredAt: Date | null = null,
): Promise<boolean> {
  const [message] = await tx.message.createManyAndReturn({
    data: {
      id: createId('Message'),
      ...mailbox,
      direction: 'INBOUND',
      status: 'RECEIVED',
      from: inbound.from?.phoneNumber ?? inbound.from?.extensionNumber ?? 'unknown',
      to: inbound.to.flatMap((to) => to.phoneNumber ?? to.extensionNumber ?? []),
      // Postgres cannot store U+0000, which RingCentral may well pass on.
      text: inbound.text.replaceAll('\u0000', ''),
      createdAt: inbound.creationTime,
      rcMessageId: inbound.id,
      rcConversationId: inbound.conversationId ?? null,
      recoveredAt,
    },
    skipDuplicates: true,
  })
  if (!message) return false
  record({
    type: 'message.received',
    tenantId: message.tenantId,
    subjectId: message.id,
    snapshot: publicPart(message),
  })
  return true
}
