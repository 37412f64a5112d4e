import type { Tx } from '../db/client.ts'
import type { Message, MessageType } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { createId } from '../lib/ids.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import type { Party } from '../ringcentral/values.ts'
import { mailboxFacts, storable } from './mailbox-facts.ts'
import { typeOf } from './message-type.ts'
import { publicPart } from './status.ts'

/** Where a message came in. */
export type Mailbox = { tenantId: string; extensionRowId: string }

/**
 * Writes an inbound message with its event, once: RingCentral may tell of it twice, by notification and
 * by sync, in any order. `recoveredAt`: when it was found without its notification. What is of a type
 * that we do not know is left out.
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
  const type = typeOf(inbound)
  if (!type) return undefined
  const addressOf = type === 'INTERNAL' ? colleagueAddress : outsideAddress
  const [message] = await tx.message.createManyAndReturn({
    data: {
      id: createId('Message'),
      ...mailbox,
      type,
      direction: 'INBOUND',
      status: 'RECEIVED',
      from: (inbound.from && addressOf(inbound.from)) ?? 'unknown',
      to: inbound.to.flatMap((to) => addressOf(to) ?? []),
      text: isWritten(type) ? storable(inbound.text) : '',
      ...mailboxFacts(inbound),
      createdAt: inbound.creationTime,
      rcMessageId: inbound.id,
      rcConversationId: inbound.conversationId ?? null,
      recoveredAt,
    },
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

/** The subject of a voicemail or a fax is a title, no words of anybody’s. */
function isWritten(type: MessageType): boolean {
  return type === 'SMS' || type === 'INTERNAL'
}

const outsideAddress = ({ phoneNumber, extensionNumber, extensionId }: Party) =>
  phoneNumber ?? extensionNumber ?? extensionId
const colleagueAddress = ({ phoneNumber, extensionNumber, extensionId }: Party) =>
  extensionNumber ?? extensionId ?? phoneNumber
