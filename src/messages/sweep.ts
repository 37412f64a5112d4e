import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { whereTokenLives } from '../extensions/token-lives.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, days, minutes, seconds } from '../lib/clock.ts'
import {
  expireMessageJob,
  fetchMediaJob,
  reconcileSendingJob,
  releaseMessageJob,
  sendSmsJob,
  sweepMessagesJob,
  tellReadStateJob,
} from './jobs.ts'
import { requestSync } from './request-sync.ts'

/** Between syncs that nothing asked for: one Light call of 50 a minute in five minutes. */
const syncEvery = minutes(5)
const sweepAfter = seconds(30)
const settledAfter = minutes(10)
/** What RingCentral has not handed out in a month, it will not. */
const fetchedWithin = days(30)
const fetchesAtOnce = 200

/**
 * The net under the jobs, every minute: a queue may lose a job, our table does not. Wakes lanes in
 * which something has been waiting, lets go what is due, settles what was left in doubt, ends what has
 * outlived its time, tells RingCentral what it has yet to be told, fetches pictures that still wait, and syncs
 * extensions that nobody has synced for a while (a webhook may be silent).
 */
export const sweepMessages = ({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) => {
  return implementJob(sweepMessagesJob, async () => {
    await wakeLanes()
    await releaseDue()
    await settleDoubts()
    await expireOverdue()
    await tellReadStates()
    await fetchWaiting()
    await syncStale()
  })

  async function wakeLanes() {
    const waiting = await db.message.findMany({
      where: {
        direction: 'OUTBOUND',
        status: { in: ['QUEUED', 'SENDING'] },
        createdAt: { lt: after(clock.now(), -sweepAfter) },
        extension: { grant: { isNot: null } },
      },
      distinct: ['extensionRowId'],
      select: { extensionRowId: true },
    })
    for (const { extensionRowId } of waiting) {
      // Not by wakeLane: the job that somebody made may be the one that got lost.
      await inTransaction(db, (tx) => queue.send(tx, sendSmsJob, { extensionRowId }))
    }
  }

  /** One job lets go all that is due in a lane. */
  async function releaseDue() {
    const due = await db.message.findMany({
      where: { status: 'SCHEDULED', sendAt: { lt: after(clock.now(), -sweepAfter) } },
      distinct: ['extensionRowId'],
      select: { id: true },
    })
    for (const { id: messageId } of due) {
      await inTransaction(db, (tx) => queue.send(tx, releaseMessageJob, { messageId }))
    }
  }

  async function settleDoubts() {
    const inDoubt = await db.message.findMany({
      where: {
        direction: 'OUTBOUND',
        status: 'SENDING',
        mayRetry: false,
        attempts: {
          some: { outcome: 'IN_DOUBT', finishedAt: { lt: after(clock.now(), -settledAfter) } },
        },
      },
      select: { id: true },
    })
    for (const { id: messageId } of inDoubt) {
      await inTransaction(db, (tx) =>
        queue.send(tx, reconcileSendingJob, { messageId, look: 0 }, { singletonKey: messageId }),
      )
    }
  }

  async function expireOverdue() {
    const overdue = await db.message.findMany({
      where: {
        status: { in: ['QUEUED', 'SCHEDULED', 'SENDING'] },
        expiresAt: { lt: after(clock.now(), -sweepAfter) },
      },
      select: { id: true },
    })
    for (const { id: messageId } of overdue) {
      await inTransaction(db, (tx) => queue.send(tx, expireMessageJob, { messageId }))
    }
  }

  async function tellReadStates() {
    const untold = await db.message.findMany({
      where: { readToTell: true, extension: { grant: { isNot: null } } },
      distinct: ['extensionRowId'],
      select: { extensionRowId: true },
    })
    for (const { extensionRowId } of untold) {
      await inTransaction(db, (tx) =>
        queue.send(tx, tellReadStateJob, { extensionRowId }, { singletonKey: extensionRowId }),
      )
    }
  }

  async function fetchWaiting() {
    const waiting = await db.mediaUse.findMany({
      where: {
        status: 'WAITING',
        createdAt: {
          lt: after(clock.now(), -settledAfter),
          gt: after(clock.now(), -fetchedWithin),
        },
        message: { extension: { grant: { isNot: null } }, tenant: { status: 'ACTIVE' } },
      },
      distinct: ['messageId'],
      select: { messageId: true },
      orderBy: { createdAt: 'desc' },
      take: fetchesAtOnce,
    })
    for (const { messageId } of waiting) {
      await inTransaction(db, (tx) =>
        queue.send(tx, fetchMediaJob, { messageId }, { singletonKey: messageId }),
      )
    }
  }

  async function syncStale() {
    const pulse = await db.pulse.findUnique({ where: { id: 'web' } })
    const outageEndedAt = pulse?.outageEndedAt
    const stale = await db.extension.findMany({
      where: {
        grant: { is: whereTokenLives(clock.now()) },
        tenant: { status: 'ACTIVE' },
        OR: [
          { messagesSyncedAt: null },
          { messagesSyncedAt: { lt: after(clock.now(), -syncEvery) } },
          ...(outageEndedAt ? [{ messagesSyncedAt: { lt: outageEndedAt } }] : []),
        ],
      },
      select: { id: true },
    })
    for (const { id } of stale) {
      await inTransaction(db, (tx) => requestSync(tx, queue, id))
    }
  }
}
