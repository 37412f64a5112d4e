import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import { whereTokenLives } from '../extensions/token-lives.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { requestAdoption } from './adopt-calls.ts'
import { endUnfollowed } from './end-unfollowed.ts'
import { isLive } from './going-on.ts'
import { checkCallJob, startCallJob, sweepCallsJob } from './jobs.ts'
import { readsCallLog, sourcesAmong } from './log-source.ts'
import { requestCallSync } from './request-call-sync.ts'

/** Between syncs that nothing asked for: one Heavy call of fifty in five minutes. */
const syncEvery = minutes(5)
/** Nothing heard of a call for so long: it may be over. */
const silentFor = minutes(2)
const callsAtATime = 100

/**
 * The net under the notifications, every minute: syncs call logs that nobody woke, has calls looked at
 * whose end may have got lost, ends those that nobody follows, and gives newcomers theirs.
 */
export const sweepCalls = ({
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
  return implementJob(sweepCallsJob, async () => {
    await syncStale()
    await lookAtSilent()
    await startForgotten()
    await endLeft()
    await adoptForgotten()
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

  /** Whoever told of them lost the grant, or calls were switched off. */
  async function endLeft() {
    const left = await db.$queryRaw<{ id: string }[]>`
      SELECT "Call"."id" FROM "Call" JOIN "Tenant" ON "Tenant"."id" = "Call"."tenantId"
      WHERE "Call"."status" IN ('RINGING', 'ANSWERED', 'ON_HOLD') AND ("Tenant"."disabledFeatures" @> '{CALLS}'
        OR NOT EXISTS (SELECT 1 FROM "Grant" WHERE "extensionRowId" = ANY("Call"."extensionRowIds")))
      LIMIT ${callsAtATime}`
    if (left.length === 0) return
    const which = { id: { in: left.map(({ id }) => id) } }
    await eventLog.transaction((tx, record) => endUnfollowed(tx, record, which, clock.now()))
  }

  /** Those that connected without their job, and those of an older version. */
  async function adoptForgotten() {
    const { connectedAt } = db.extension.fields
    const newcomers = await db.extension.findMany({
      where: {
        grant: { isNot: null },
        connectedAt: { lt: after(clock.now(), -minutes(1)) },
        tenant: { status: 'ACTIVE' },
        OR: [{ callsAdoptedAt: null }, { callsAdoptedAt: { lt: connectedAt } }],
      },
      select: { id: true },
      take: callsAtATime,
    })
    for (const { id } of newcomers) {
      await inTransaction(db, (tx) => requestAdoption(tx, queue, id))
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
