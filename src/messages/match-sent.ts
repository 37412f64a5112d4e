import type { Tx } from '../db/client.ts'
import type { Message, MessageAttempt } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import { believeOptOut } from './believe-opt-out.ts'
import { colleaguesOf, sameColleagues } from './colleagues.ts'
import { attachmentsOf, mailboxFacts } from './mailbox-facts.ts'
import { typeOf } from './message-type.ts'
import { moveStatus, statusFromRingCentral } from './status.ts'
import { watchDeliveries } from './watch-deliveries.ts'
import type { ShownRecord } from './way.ts'

/** RingCentral's clock and ours may differ by so much, and it may cut times to whole seconds. */
const clockSkew = minutes(1)

/** From when on an attempt may show in RingCentral's store. */
export function mayShowFrom(attempt: Pick<MessageAttempt, 'startedAt'>): Date {
  return after(attempt.startedAt, -clockSkew)
}

/** Whether a record of RingCentral's store may be what an attempt left there. Of equal texts, any may be. */
export function mayBe(
  record: MessageRecord,
  message: Pick<Message, 'type' | 'from' | 'to' | 'text' | 'attachments' | 'colleagues'>,
  attempt: Pick<MessageAttempt, 'startedAt'>,
): boolean {
  return (
    typeOf(record) === message.type &&
    record.text === message.text &&
    // Pictures often come without words. RingCentral may make them smaller, but leaves none out.
    mailboxFacts(record).attachments.length === attachmentsOf(message).length &&
    record.creationTime >= mayShowFrom(attempt) &&
    sameParties(record, message)
  )
}

function sameParties(
  { from, to }: MessageRecord,
  message: Pick<Message, 'type' | 'from' | 'to' | 'colleagues'>,
): boolean {
  // Colleagues write from nowhere but the mailbox that is looked at, and its number may have changed.
  if (message.type === 'INTERNAL') return sameColleagues(to, colleaguesOf(message))
  return (
    from?.phoneNumber === message.from &&
    sameNumbers(
      to.map(({ phoneNumber }) => phoneNumber ?? ''),
      message.to,
    )
  )
}

function sameNumbers(some: string[], others: string[]): boolean {
  return [...some].sort().join() === [...others].sort().join()
}

/**
 * Settles a message in doubt: RingCentral has it, as `found`. Its id is unique among our messages, so
 * two of equal text never take the same record: the second one fails with a unique violation.
 */
export async function adoptRecord(
  tx: Tx,
  record: RecordEvent,
  { queue, clock }: { queue: Pick<JobQueue, 'send'>; clock: Clock },
  message: Message,
  attempt: MessageAttempt,
  found: ShownRecord,
): Promise<void> {
  await tx.messageAttempt.update({ where: { id: attempt.id }, data: { outcome: 'ACCEPTED' } })
  const adopted = await moveStatus(tx, record, message.id, {
    ...statusFromRingCentral(found.status, found.deliveryErrorCode),
    rcMessageId: found.id,
    rcConversationId: found.conversationId ?? null,
    rcBatchId: found.batchId ?? null,
    note: 'Found in RingCentral’s store: it was sent.',
  })
  await watchDeliveries(tx, { queue, clock }, message)
  await believeOptOut(tx, record, adopted)
}

/**
 * Whether a record may be what a request has left there that is on its way just now: its answer will
 * tell. To guess before that would take the record from the one message that is about to know.
 */
export async function mayBeUnderWay(
  tx: Tx,
  extensionRowId: string,
  record: MessageRecord,
): Promise<boolean> {
  const underWay = await tx.messageAttempt.findMany({
    where: {
      outcome: null,
      message: { extensionRowId, direction: 'OUTBOUND', status: 'SENDING', text: record.text },
    },
    include: { message: true },
  })
  return underWay.some((attempt) => mayBe(record, attempt.message, attempt))
}

/**
 * Whose message a record is that RingCentral shows and we do not know as sent: the oldest in doubt that
 * it may be, UNCONFIRMED ones included, however late it shows. Undefined for what was sent elsewhere.
 */
export async function findInDoubt(
  tx: Tx,
  extensionRowId: string,
  record: MessageRecord,
): Promise<{ message: Message; attempt: MessageAttempt } | undefined> {
  const candidates = await tx.message.findMany({
    where: {
      extensionRowId,
      direction: 'OUTBOUND',
      status: { in: ['SENDING', 'UNCONFIRMED'] },
      rcMessageId: null,
      text: record.text,
      attempts: { some: { outcome: 'IN_DOUBT' } },
    },
    include: { attempts: { where: { outcome: 'IN_DOUBT' }, orderBy: { number: 'asc' } } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
  for (const { attempts, ...message } of candidates) {
    const attempt = attempts.find((candidate) => mayBe(record, message, candidate))
    if (attempt) return { message, attempt }
  }
  return undefined
}
