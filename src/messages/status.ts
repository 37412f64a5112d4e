import type { Tx } from '../db/client.ts'
import type { Message, MessageStatus } from '../db/generated/client/client.ts'
import type { EventType } from '../events/event.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { RingCentralMessageStatus } from '../ringcentral/message-status.ts'
import { explainSendingError } from '../ringcentral/sms-errors.ts'

/**
 * How far a message has come. A status moves only to a higher rank, so it never goes backwards and is
 * the same in whatever order the news arrives. What has the highest rank is final.
 */
const ranks: Record<MessageStatus, number> = {
  QUEUED: 0,
  SCHEDULED: 0,
  SENDING: 1,
  UNCONFIRMED: 2,
  SENT: 3,
  DELIVERED: 4,
  DELIVERY_FAILED: 4,
  SENDING_FAILED: 4,
  CANCELED: 4,
  EXPIRED: 4,
  RECEIVED: 4,
}

const statuses = Object.keys(ranks) as MessageStatus[]

export function isFinal(status: MessageStatus): boolean {
  return ranks[status] === 4
}

/** The statuses from which a message may still move to `to`. */
export function earlierThan(to: MessageStatus): MessageStatus[] {
  return statuses.filter((status) => ranks[status] < ranks[to])
}

/** What a message learns on its way to a status; `note` is for its timeline. */
export type StatusChange = { to: MessageStatus; note?: string } & Partial<
  Pick<Message, 'errorCode' | 'errorMessage' | 'rcMessageId' | 'rcConversationId' | 'rcBatchId'>
>

/** Moves a message forward, with its event; does nothing if it is already as far. */
export async function moveStatus(
  tx: Tx,
  record: RecordEvent,
  messageId: string,
  change: StatusChange,
): Promise<Message | undefined> {
  const [message] = await moveStatuses(tx, record, [messageId], change)
  return message
}

/** The same of many, in one go. */
export async function moveStatuses(
  tx: Tx,
  record: RecordEvent,
  messageIds: readonly string[],
  { to, note, ...facts }: StatusChange,
): Promise<Message[]> {
  const moved = await tx.message.updateManyAndReturn({
    where: { id: { in: [...messageIds] }, status: { in: earlierThan(to) } },
    // What was said of an earlier status does not hold for this one.
    data: { status: to, errorCode: null, errorMessage: null, ...facts, mayRetry: false },
  })
  if (moved.length > 0) await recordSteps(tx, record, moved, note)
  return moved
}

/** Does what was asked while it was open whether RingCentral has the message: it has not. */
export async function takeBack(tx: Tx, record: RecordEvent, messageId: string): Promise<void> {
  const note = 'Taken back as it was asked: RingCentral does not have it.'
  await moveStatus(tx, record, messageId, { to: 'CANCELED', note })
}

/** Notes where a message stands now, in its timeline and as an event. */
export async function recordStep(
  tx: Tx,
  record: RecordEvent,
  message: Message,
  note?: string,
): Promise<void> {
  await recordSteps(tx, record, [message], note)
}

/** The same of many, in one go. */
export async function recordSteps(
  tx: Tx,
  record: RecordEvent,
  messages: readonly Message[],
  note?: string,
): Promise<void> {
  await tx.messageStep.createMany({
    data: messages.map(({ id: messageId, tenantId, status, errorCode }) => {
      return { messageId, tenantId, status, errorCode, note: note ?? null }
    }),
  })
  for (const message of messages) recordStatus(record, message)
}

/** Notes in the timeline of a message what is no news to subscribers. */
export async function noteStep(
  tx: Tx,
  { id: messageId, tenantId }: Pick<Message, 'id' | 'tenantId'>,
  step: { status?: MessageStatus; errorCode?: string | null; note?: string | undefined },
): Promise<void> {
  const { note = null, ...rest } = step
  await tx.messageStep.createMany({ data: { messageId, tenantId, ...rest, note } })
}

/** A status of ours is a step that subscribers wait for; of what was sent elsewhere it is a change like others. */
export function recordStatus(record: RecordEvent, message: Message): void {
  recordEvent(record, message.sentElsewhere ? 'message.changed' : 'message.status', message)
}

export function recordMessageChanged(record: RecordEvent, message: Message): void {
  recordEvent(record, 'message.changed', message)
}

function recordEvent(record: RecordEvent, type: EventType, message: Message): void {
  const { tenantId, id: subjectId } = message
  record({ type, tenantId, subjectId, snapshot: publicPart(message) })
}

type Bookkeeping = 'requestHash' | 'colleagues' | 'readToTell' | 'readToldAt'

/** A message as its events show it: without what only the gateway's own bookkeeping needs. */
export function publicPart(message: Message): Omit<Message, Bookkeeping> {
  const { requestHash: _1, colleagues: _2, readToTell: _3, readToldAt: _4, ...rest } = message
  return rest
}

/** Where RingCentral's word for a message's state takes ours. */
export function statusFromRingCentral(
  status: RingCentralMessageStatus | undefined,
  deliveryErrorCode: string | undefined,
): StatusChange {
  switch (status) {
    case 'delivered':
      return { to: 'DELIVERED' }
    case 'delivery-failed':
    case 'sending-failed': {
      const code = deliveryErrorCode ?? null
      const explained = explainSendingError(deliveryErrorCode)
      // Some codes only say that the carrier keeps silent: the text may well have arrived.
      if (!explained.isFailure) return { to: 'SENT' }
      return {
        to: status === 'delivery-failed' ? 'DELIVERY_FAILED' : 'SENDING_FAILED',
        errorCode: code ?? 'UNKNOWN',
        errorMessage: `${explained.cause} ${explained.remedy}`,
      }
    }
    default:
      return { to: 'SENT' }
  }
}

/** RingCentral's code where it only says that the carrier keeps silent: no failure, and no other status. */
export function unreportedIn({
  deliveryErrorCode,
}: {
  deliveryErrorCode: string | undefined
}): string | null {
  if (!deliveryErrorCode || explainSendingError(deliveryErrorCode).isFailure) return null
  return deliveryErrorCode
}
