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
import { after, type Clock, hours, minutes, seconds } from '../lib/clock.ts'
import { RingCentralError } from '../ringcentral/errors.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import { holdMessage } from './hold-message.ts'
import { reconcileSendingJob } from './jobs.ts'
import { adoptRecord, mayBe, mayBeUnderWay, mayShowFrom } from './match-sent.ts'
import { rcTypeOf } from './message-type.ts'
import { moveStatus, noteStep, takeBack } from './status.ts'

/** How often RingCentral's store is read before a message counts as not to be found. */
const looks = 2
/** The store cannot be read now: tried again soon at first, then less and less often, for a day. */
const lookAgainAfter = { first: seconds(5), most: minutes(5) }
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
    if (candidates && look + 1 < looks) return lookAgain(message, look)
    await eventLog.transaction(async (tx, record) => {
      const asked = await holdMessage(tx, messageId)
      if (candidates && asked?.cancelRequestedAt) return takeBack(tx, record, messageId)
      await moveStatus(tx, record, messageId, {
        to: 'UNCONFIRMED',
        errorCode: 'UNCONFIRMED',
        errorMessage:
          'RingCentral did not answer and shows no trace of this message: it may or may not have been sent. Ask the recipient, then decide with `resolveUnconfirmed`.',
        note: candidates
          ? `Looked ${looks} times into RingCentral’s store: no trace of it.`
          : 'RingCentral’s store could not be read any more.',
      })
    })
  })

  async function lookAgain(message: Message, look: number) {
    const startAfter = after(clock.now(), settleMs)
    const payload = { messageId: message.id, look: look + 1 }
    await inTransaction(db, async (tx) => {
      await noteStep(tx, message, { note: 'Looked into RingCentral’s store: no trace of it yet.' })
      await queue.send(tx, reconcileSendingJob, payload, { startAfter, singletonKey: message.id })
    })
  }

  /** Waits for RingCentral, and for a user who must connect again, but not for ever. */
  async function unreadable(attempt: MessageAttempt, error: unknown): Promise<undefined> {
    const known =
      error instanceof NotConnectedError ||
      error instanceof RingCentralError ||
      error instanceof RetryLaterError
    if (!known) throw error
    const { extension } = await db.message.findUniqueOrThrow({
      where: { id: attempt.messageId },
      select: { extension: { select: { disconnectedAt: true } } },
    })
    const now = clock.now()
    if (extension.disconnectedAt || now > after(attempt.startedAt, lookUntil)) return undefined
    if (error instanceof RetryLaterError) throw error
    const waited = now.getTime() - attempt.startedAt.getTime()
    const wait = Math.max(lookAgainAfter.first, Math.min(lookAgainAfter.most, waited / 4))
    throw new RetryLaterError('The message store cannot be read', after(now, wait))
  }

  /** Oldest first: of two equal texts, the earlier attempt takes the earlier one. */
  async function search(message: Message, attempt: MessageAttempt): Promise<MessageRecord[]> {
    const found = await access.call(message.extensionRowId, async (api) => {
      const records: MessageRecord[] = []
      for (let page = 1; ; page += 1) {
        const { messages, hasNextPage } = await api.messages.listMessages({
          messageTypes: [rcTypeOf(message.type)],
          direction: 'Outbound',
          dateFrom: mayShowFrom(attempt),
          page,
          perPage: 1000,
        })
        records.push(...messages)
        if (!hasNextPage) return records
      }
    })
    return found
      .filter((record) => mayBe(record, message, attempt))
      .sort((a, b) => a.creationTime.getTime() - b.creationTime.getTime())
  }

  /**
   * @returns false when another message has claimed this record
   * @throws RetryLaterError while one that is on its way may be about to
   */
  async function adopt(message: Message, attempt: MessageAttempt, found: MessageRecord) {
    try {
      await eventLog.transaction(async (tx, record) => {
        if (await mayBeUnderWay(tx, message.extensionRowId, found)) {
          const retryAt = after(clock.now(), settleMs)
          throw new RetryLaterError('A text of the same words is on its way', retryAt)
        }
        await adoptRecord(tx, record, { queue, clock }, message, attempt, found)
      })
      return true
    } catch (error) {
      if (isUniqueViolation(error)) return false
      throw error
    }
  }
}
