import type { MessageType, Prisma } from '../db/generated/client/client.ts'
import { createId } from '../lib/ids.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import type { Party } from '../ringcentral/values.ts'
import { mailboxFacts, storable } from './mailbox-facts.ts'
import { typeOf } from './message-type.ts'
import { statusFromRingCentral } from './status.ts'

/** In whose store a record is. High-volume messages have one of their own, with ids of its own. */
export type Mailbox = { tenantId: string; extensionRowId: string; highVolume?: boolean }

/**
 * A record of RingCentral's store as a message that came in, or that was sent by somebody else than this gateway.
 * Undefined for what is of a type that we do not know.
 */
export function asMessage(mailbox: Mailbox, record: MessageRecord) {
  const type = typeOf(record)
  if (!type) return undefined
  const addressOf = type === 'INTERNAL' ? colleagueAddress : outsideAddress
  const { isRead, ...facts } = mailboxFacts(record)
  return {
    id: createId('Message'),
    ...mailbox,
    type,
    from: (record.from && addressOf(record.from)) ?? 'unknown',
    to: record.to.flatMap((to) => addressOf(to) ?? []),
    text: isWritten(type) ? storable(record.text) : '',
    ...facts,
    createdAt: record.creationTime,
    rcMessageId: record.id,
    rcConversationId: record.conversationId ?? null,
    ...(record.direction === 'Inbound'
      ? {
          direction: 'INBOUND' as const,
          status: 'RECEIVED' as const,
          ...(isRead != null && { isRead, rcIsRead: isRead }),
        }
      : { direction: 'OUTBOUND' as const, sentElsewhere: true, ...outcomeOf(record) }),
  } satisfies Prisma.MessageCreateManyInput
}

function outcomeOf({ status, deliveryErrorCode }: MessageRecord) {
  const { to, errorCode, errorMessage } = statusFromRingCentral(status, deliveryErrorCode)
  return { status: to, errorCode: errorCode ?? null, errorMessage: errorMessage ?? null }
}

/** The mailbox's own number among the recipients of a group, where RingCentral tells. */
export function ownNumberIn({ to }: MessageRecord): string | undefined {
  return to.find(({ target }) => target)?.phoneNumber
}

/** The subject of a voicemail or a fax is a title, no words of anybody’s. */
function isWritten(type: MessageType): boolean {
  return type === 'SMS' || type === 'INTERNAL'
}

const outsideAddress = ({ phoneNumber, extensionNumber, extensionId }: Party) =>
  phoneNumber ?? extensionNumber ?? extensionId
const colleagueAddress = ({ phoneNumber, extensionNumber, extensionId }: Party) =>
  extensionNumber ?? extensionId ?? phoneNumber
