import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import { whereTokenLives } from '../extensions/token-lives.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, days, minutes, seconds } from '../lib/clock.ts'
import { expireDue } from './expire.ts'
import {
  failQueuedJob,
  fetchMediaJob,
  reconcileSendingJob,
  releaseMessageJob,
  sendSmsJob,
  sweepMessagesJob,
  tellReadStateJob,
} from './jobs.ts'
import { requestHighVolumeSync } from './request-high-volume-sync.ts'
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
 * which something has been waiting, lets go what is due, fails what waits for nobody, settles what was left in doubt, ends what has
 * outlived its time, tells RingCentral what it has yet to be told, fetches pictures that still wait, and syncs
 * extensions that nobody has synced for a while (a webhook may be silent).
 */
export const sweepMessages = ({
  db,
  eventLog,
  queue,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) => {
  return implementJob(sweepMessagesJob, async () => {
    await wakeLanes()
    await releaseDue()
    await failDisconnected()
    await settleDoubts()
    await expireOverdue()
    await tellReadStates()
    await fetchWaiting()
    await syncStale()
  })

  /** Asked lane by lane, since in each there may be thousands. */
  async function wakeLanes() {
    const waiting = await db.$queryRaw<{ extensionRowId: string }[]>`
      SELECT grant_."extensionRowId" FROM "Grant" AS grant_ CROSS JOIN LATERAL (
        SELECT FROM "Message" AS message
        WHERE message."extensionRowId" = grant_."extensionRowId" AND message."direction" = 'OUTBOUND'
          AND message."status" IN ('QUEUED', 'SENDING')
          AND message."createdAt" < ${after(clock.now(), -sweepAfter)}
        LIMIT 1) AS first`
    for (const { extensionRowId } of waiting) {
      // Not by wakeLane: the job that somebody made may be the one that got lost.
      await inTransaction(db, (tx) => queue.send(tx, sendSmsJob, { extensionRowId }))
    }
  }

  /** One job lets go all that is due in a lane. */
  async function releaseDue() {
    const due = await db.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT ON ("extensionRowId") "id" FROM "Message"
      WHERE "status" = 'SCHEDULED' AND "sendAt" < ${after(clock.now(), -sweepAfter)}`
    for (const { id: messageId } of due) {
      await inTransaction(db, (tx) => queue.send(tx, releaseMessageJob, { messageId }))
    }
  }

  /** Also what was made for them by a batch that was about to. */
  async function failDisconnected() {
    const gone = await db.$queryRaw<{ extensionRowId: string }[]>`
      SELECT extension."id" AS "extensionRowId" FROM "Extension" AS extension CROSS JOIN LATERAL (
        SELECT FROM "Message" AS message
        WHERE message."extensionRowId" = extension."id" AND message."direction" = 'OUTBOUND'
          AND message."status" IN ('QUEUED', 'SCHEDULED')
        LIMIT 1) AS first
      WHERE extension."disconnectedAt" < ${after(clock.now(), -sweepAfter)}`
    for (const { extensionRowId } of gone) {
      await inTransaction(db, (tx) =>
        queue.send(tx, failQueuedJob, { extensionRowId }, { singletonKey: extensionRowId }),
      )
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

  /** Here and now: of a batch there may be thousands, too many for a job each. */
  async function expireOverdue() {
    const before = after(clock.now(), -sweepAfter)
    const expireSome = () => eventLog.transaction((tx, record) => expireDue(tx, record, {}, before))
    while (await expireSome());
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
      await inTransaction(db, async (tx) => {
        await requestSync(tx, queue, id)
        await requestHighVolumeSync(tx, queue, id)
      })
    }
  }
}
