import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { whereTokenLives } from '../extensions/token-lives.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { isLive } from './check-call.ts'
import { checkCallJob, startCallJob, sweepCallsJob } from './jobs.ts'
import { readsCallLog, sourcesAmong } from './log-source.ts'
import { requestCallSync } from './request-call-sync.ts'

/** Between syncs that nothing asked for: one Heavy call of fifty in five minutes. */
const syncEvery = minutes(5)
/** Nothing heard of a call for so long: it may be over. */
const silentFor = minutes(2)
const callsAtATime = 100

/**
 * The net under the notifications, every minute: syncs call logs that nobody woke, and has calls looked at
 * whose end may have got lost.
 */
export const sweepCalls = ({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) => {
  return implementJob(sweepCallsJob, async () => {
    await syncStale()
    await lookAtSilent()
    await startForgotten()
  })

  /** Calls whose job got lost: it finds out whether there is anything to doubt. */
  async function startForgotten() {
    const forgotten = await db.call.findMany({
      where: { status: 'STARTING', startedAt: { lt: after(clock.now(), -minutes(1)) } },
      select: { id: true },
      take: callsAtATime,
    })
    for (const { id: callId } of forgotten) {
      await inTransaction(db, (tx) => queue.send(tx, startCallJob, { callId }))
    }
  }

  async function syncStale() {
    const readers = await db.extension.findMany({
      where: { ...readsCallLog, tenant: { status: 'ACTIVE' } },
      include: { grant: { select: { accessTokenExpiresAt: true } } },
      orderBy: [{ connectedAt: 'asc' }, { id: 'asc' }],
    })
    const due = after(clock.now(), -syncEvery)
    const sources = sourcesAmong(readers).filter(
      ({ callLogSyncedAt, callLogOlderBefore }) =>
        !callLogSyncedAt || callLogSyncedAt < due || callLogOlderBefore !== null,
    )
    const inUse = await db.grant.findMany({
      where: {
        extensionRowId: { in: sources.map(({ id }) => id) },
        ...whereTokenLives(clock.now()),
      },
      select: { extensionRowId: true },
    })
    for (const { extensionRowId } of inUse) {
      await inTransaction(db, (tx) => requestCallSync(tx, queue, extensionRowId))
    }
  }

  async function lookAtSilent() {
    const silent = await db.call.findMany({
      where: {
        status: isLive,
        sessionKey: { not: null },
        heardAt: { lt: after(clock.now(), -silentFor) },
        tenant: { status: 'ACTIVE' },
      },
      select: { id: true },
      orderBy: { heardAt: 'asc' },
      take: callsAtATime,
    })
    for (const { id: callId } of silent) {
      await inTransaction(db, (tx) =>
        queue.send(tx, checkCallJob, { callId }, { singletonKey: callId }),
      )
    }
  }
}
