import type { Db } from '../db/client.ts'
import { isUniqueViolation } from '../db/errors.ts'
import type { Message, MessageAttempt } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, hours, minutes } from '../lib/clock.ts'
import { RingCentralError } from '../ringcentral/errors.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import { reconcileSendingJob, watchDeliveryJob } from './jobs.ts'
import { moveStatus, statusFromRingCentral } from './status.ts'
import { firstLookAt } from './watch-delivery.ts'

/** How often RingCentral's store is read before a message counts as not to be found. */
const looks = 2
/** RingCentral's clock and ours may differ by so much, and it may cut times to whole seconds. */
const clockSkew = minutes(1)
/** The store cannot be read now: when to try again, and until when it is worth trying. */
const lookAgainAfter = minutes(1)
const lookUntil = hours(24)

/**
 * Settles a message whose sending nobody answered: looks for it in RingCentral's store, and adopts
 * what it finds. What is not found, even at the second look, is UNCONFIRMED: it is never sent again
 * without being asked, because the recipient might get it twice.
 */
export const reconcileSending = ({
  db,
  eventLog,
  queue,
  access,
  settleMs,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  settleMs: number
  clock: Clock
}) => {
  return implementJob(reconcileSendingJob, async ({ messageId, look }) => {
    const message = await db.message.findUnique({
      where: { id: messageId },
      include: { attempts: { orderBy: { number: 'desc' }, take: 1 } },
    })
    const attempt = message?.attempts[0]
    if (message?.status !== 'SENDING' || attempt?.outcome !== 'IN_DOUBT') return

    const candidates = await search(message, attempt).catch((error) => unreadable(attempt, error))
    for (const found of candidates ?? []) {
      if (await adopt(message, attempt, found)) return
    }
    if (candidates && look + 1 < looks) {
      const startAfter = after(clock.now(), settleMs)
      const payload = { messageId, look: look + 1 }
      await inTransaction(db, (tx) => queue.send(tx, reconcileSendingJob, payload, { startAfter }))
      return
    }
    await eventLog.transaction((tx, record) =>
      moveStatus(tx, record, messageId, {
        to: 'UNCONFIRMED',
        errorCode: 'UNCONFIRMED',
        errorMessage:
          'RingCentral did not answer and shows no trace of this message: it may or may not have been sent. Ask the recipient before sending it again.',
      }),
    )
  })

  /** Waits for RingCentral, and for a user who must connect again, but not for ever. */
  async function unreadable(attempt: MessageAttempt, error: unknown): Promise<undefined> {
    const known = error instanceof NotConnectedError || error instanceof RingCentralError
    if (!known) throw error
    const { extension } = await db.message.findUniqueOrThrow({
      where: { id: attempt.messageId },
      select: { extension: { select: { disconnectedAt: true } } },
    })
    const now = clock.now()
    if (extension.disconnectedAt || now > after(attempt.startedAt, lookUntil)) return undefined
    throw new RetryLaterError('The message store cannot be read', after(now, lookAgainAfter))
  }

  /** Oldest first: of two equal texts, the earlier attempt takes the earlier one. */
  async function search(message: Message, attempt: MessageAttempt): Promise<MessageRecord[]> {
    const { messages } = await access.call(message.extensionRowId, (api) =>
      api.messages.listMessages({
        direction: 'Outbound',
        dateFrom: after(attempt.startedAt, -clockSkew),
        perPage: 1000,
      }),
    )
    const recipients = [...message.to].sort().join()
    return messages
      .filter(
        (record) =>
          record.from?.phoneNumber === message.from &&
          record.text === message.text &&
          record.creationTime >= after(attempt.startedAt, -clockSkew) &&
          record.to
            .map((to) => to.phoneNumber)
            .sort()
            .join() === recipients,
      )
      .sort((a, b) => a.creationTime.getTime() - b.creationTime.getTime())
  }

  /** @returns false when another message has claimed this record: RingCentral's id is unique among ours */
  async function adopt(message: Message, attempt: MessageAttempt, found: MessageRecord) {
    try {
      await eventLog.transaction(async (tx, record) => {
        await tx.messageAttempt.update({ where: { id: attempt.id }, data: { outcome: 'ACCEPTED' } })
        await moveStatus(tx, record, message.id, {
          ...statusFromRingCentral(found.status, found.deliveryErrorCode),
          rcMessageId: found.id,
          rcConversationId: found.conversationId ?? null,
        })
        const startAfter = firstLookAt(clock.now())
        await queue.send(tx, watchDeliveryJob, { messageId: message.id, look: 0 }, { startAfter })
      })
      return true
    } catch (error) {
      if (isUniqueViolation(error)) return false
      throw error
    }
  }
}
