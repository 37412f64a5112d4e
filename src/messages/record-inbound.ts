import { ensureConversations } from '../conversations/ensure.ts'
import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import { asMessage, type Mailbox, ownNumberIn } from './as-message.ts'
import { publicPart } from './status.ts'

/** A record of RingCentral's store, and whose store that is. `recoveredAt`: when it was found without its notification. */
export type Inbound = { mailbox: Mailbox; inbound: MessageRecord; recoveredAt?: Date | null }

/**
 * Writes inbound messages with their events, in their order, each once: RingCentral may tell of one twice, by
 * notification and by sync, in any order. What is of a type that we do not know is left out. The caller refreshes
 * their conversations, when all messages are written.
 *
 * @returns those that were new
 */
export async function recordInbounds(
  tx: Tx,
  record: RecordEvent,
  inbounds: readonly Inbound[],
): Promise<Message[]> {
  const rows = inbounds.flatMap(({ mailbox, inbound, recoveredAt = null }) => {
    const data = asMessage(mailbox, inbound)
    return data ? [{ data: { ...data, recoveredAt }, own: ownNumberIn(inbound) }] : []
  })
  if (rows.length === 0) return []
  const conversationIds = await ensureConversations(
    tx,
    rows.map(({ data, own }) => ({ ...data, own })),
  )
  const written = await tx.message.createManyAndReturn({
    data: rows.map(({ data }, place) => ({
      ...data,
      conversationId: conversationIds[place] ?? null,
    })),
    skipDuplicates: true,
  })
  const byId = new Map(written.map((message) => [message.id, message]))
  const messages = rows.flatMap(({ data }) => byId.get(data.id) ?? [])
  for (const message of messages) {
    record({
      type: 'message.received',
      tenantId: message.tenantId,
      subjectId: message.id,
      snapshot: publicPart(message),
    })
  }
  return messages
}

/** The same, of one message. */
export async function recordInbound(
  tx: Tx,
  record: RecordEvent,
  mailbox: Mailbox,
  inbound: MessageRecord,
  recoveredAt: Date | null = null,
): Promise<Message | undefined> {
  const [message] = await recordInbounds(tx, record, [{ mailbox, inbound, recoveredAt }])
  return message
}
