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
import { holdMessage } from './hold-message.ts'
import { reconcileSendingJob } from './jobs.ts'
import { adoptRecord, mayBe, mayBeUnderWay, mayShowFrom } from './match-sent.ts'
import { findByBatch } from './of-batch.ts'
import { moveStatus, noteStep, takeBack } from './status.ts'
import { type ShownRecord, wayOf } from './way.ts'

/** How often RingCentral's store is read before a message counts as not to be found. */
const looks = 2
/** The store cannot be read now: tried again soon at first, then less and less often, for a day. */
const lookAgainAfter = { first: seconds(5), most: minutes(5) }
const lookUntil = hours(24)

type InDoubt = { message: Message; attempt: MessageAttempt }

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
    const open = await inDoubtWith(messageId)
    const [first] = open
    if (!first) return

    const candidates = await search(first).catch((error) => unreadable(first.attempt, error))
    const lost: InDoubt[] = []
    for (const each of open) if (!(await adoptAny(each, candidates))) lost.push(each)
    if (lost.length === 0) return
    if (candidates && look + 1 < looks) return lookAgain(lost, look)
    for (const { message } of lost) await giveUp(message, candidates !== undefined)
  })

  /**
   * A message and those that left in the same request, as far as they are in doubt: RingCentral has all of them or
   * none, and is asked once.
   */
  async function inDoubtWith(messageId: string): Promise<InDoubt[]> {
    const asked = await db.message.findUnique({
      where: { id: messageId },
      include: { attempts: { orderBy: { number: 'desc' }, take: 1 } },
    })
    const startedAt = asked?.attempts[0]?.startedAt
    if (!asked || !startedAt) return []
    const { extensionRowId, highVolume } = asked
    const attempts = await db.messageAttempt.findMany({
      where: {
        outcome: 'IN_DOUBT',
        ...(highVolume
          ? {
              startedAt,
              message: { extensionRowId, highVolume, status: 'SENDING', mayRetry: false },
            }
          : { message: { id: messageId, status: 'SENDING' }, id: asked.attempts[0]?.id }),
      },
      include: { message: true },
      orderBy: [{ messageId: 'asc' }],
    })
    return attempts.map(({ message, ...attempt }) => ({ message, attempt }))
  }

  async function adoptAny(
    { message, attempt }: InDoubt,
    candidates: readonly ShownRecord[] | undefined,
  ): Promise<boolean> {
    for (const found of candidates ?? []) {
      if (mayBe(found, message, attempt) && (await adopt(message, attempt, found))) return true
    }
    return false
  }

  async function giveUp({ id }: Message, wasRead: boolean) {
    await eventLog.transaction(async (tx, record) => {
      const asked = await holdMessage(tx, id)
      if (wasRead && asked?.cancelRequestedAt) return takeBack(tx, record, id)
      await moveStatus(tx, record, id, {
        to: 'UNCONFIRMED',
        errorCode: 'UNCONFIRMED',
        errorMessage:
          'RingCentral did not answer and shows no trace of this message: it may or may not have been sent. Ask the recipient, then decide with `resolveUnconfirmed`.',
        note: wasRead
          ? `Looked ${looks} times into RingCentral’s store: no trace of it.`
          : 'RingCentral’s store could not be read any more.',
      })
    })
  }

  async function lookAgain(lost: readonly InDoubt[], look: number) {
    const startAfter = after(clock.now(), settleMs)
    await inTransaction(db, async (tx) => {
      for (const { message } of lost) {
        const note = 'Looked into RingCentral’s store: no trace of it yet.'
        await noteStep(tx, message, { note })
      }
      const messageId = lost[0]?.message.id ?? ''
      const payload = { messageId, look: look + 1 }
      await queue.send(tx, reconcileSendingJob, payload, { startAfter, singletonKey: messageId })
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
  async function search({ message, attempt }: InDoubt): Promise<ShownRecord[]> {
    const found = await access.call(message.extensionRowId, (api) =>
      wayOf(message).search(api, message, mayShowFrom(attempt)),
    )
    const known = await findByBatch(db, message.tenantId, found)
    return found
      .filter((record) => !known.has(record))
      .sort((a, b) => a.creationTime.getTime() - b.creationTime.getTime())
  }

  /**
   * @returns false when another message has claimed this record
   * @throws RetryLaterError while one that is on its way may be about to
   */
  async function adopt(message: Message, attempt: MessageAttempt, found: ShownRecord) {
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
