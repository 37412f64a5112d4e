import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, days, minutes } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { CallLogSync } from '../ringcentral/call-log-sync.ts'
import type { CallRecord } from '../ringcentral/call-record.ts'
import type { RingCentralApi } from '../ringcentral/client.ts'
import { RingCentralRefusedError, SyncTokenExpiredError } from '../ringcentral/errors.ts'
import { isOn } from '../tenants/features.ts'
import { absorb } from './absorb.ts'
import { syncCallLogJob } from './jobs.ts'
import { inProgress, logLine, sessionKeyOf } from './log-line.ts'
import { logSources } from './log-source.ts'
import { callLogShare, requestCallSync } from './request-call-sync.ts'

/** How far back the first sync of an extension goes. */
const firstSync = days(30)
/** A full sync begins before the last one: lines may still change, and clocks differ. */
const overlap = days(1)
/** How many lines are written in one transaction. */
const handful = 100
/** The most that RingCentral's list brings in one request. */
const perPage = 1000
/** A call that ended longer ago than this, and is not in the log, will hardly come into it. */
const stillExpected = minutes(10)

/**
 * Brings our calls up to RingCentral's log. One request, however many calls; after a long absence there is
 * more than one answer holds, and the rest is read from the list, page by page, each remembered: what the
 * budget does not allow now is gone on with later.
 */
export const syncCallLog = ({
  db,
  eventLog,
  queue,
  access,
  logLagMs,
  clock,
  logger,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  logLagMs: number
  clock: Clock
  logger: Logger
}) => {
  return implementJob(syncCallLogJob, async ({ extensionRowId }) => {
    const reader = await db.extension.findUnique({ where: { id: extensionRowId } })
    // Asked for before it was switched off.
    if (!reader || !(await isOn(db, reader.tenantId, 'CALLS'))) return
    try {
      await sync(reader)
      await readOlder(reader.id)
      await lookForMissing(reader)
    } catch (error) {
      if (error instanceof NotConnectedError) return
      if (!(error instanceof RingCentralRefusedError && error.status === 403)) throw error
      await notAllowed(reader, error)
    }
  })

  function call<Result>({ id }: Extension, work: (api: RingCentralApi) => Promise<Result>) {
    return access.call(id, work, { share: callLogShare })
  }

  async function sync(reader: Extension) {
    const startedAt = clock.now()
    const { answer, dateFrom } = await read(reader)
    await write(reader, answer.calls)
    const oldest = answer.calls.map((one) => one.startTime).sort((a, b) => +a - +b)[0]
    const more = dateFrom && answer.olderRecordsMayExist && oldest
    await db.extension.update({
      where: { id: reader.id },
      data: {
        callLogSyncToken: `${scopeOf(reader)} ${answer.syncToken}`,
        callLogSyncedAt: startedAt,
        ...(more && { callLogOlderBefore: oldest, callLogOlderFrom: dateFrom }),
      },
    })
  }

  async function read(reader: Extension): Promise<{ answer: CallLogSync; dateFrom?: Date }> {
    const [scope, syncToken] = reader.callLogSyncToken?.split(' ') ?? []
    if (syncToken && scope === scopeOf(reader)) {
      try {
        const query = { type: 'incremental', syncToken } as const
        return { answer: await call(reader, ({ callLog }) => syncOf(callLog, reader)(query)) }
      } catch (error) {
        if (!(error instanceof SyncTokenExpiredError)) throw error
      }
    }
    // What has not been read to its end the last time, still is not.
    const since = reader.callLogSyncedAt
      ? after(reader.callLogSyncedAt, -overlap)
      : after(clock.now(), -firstSync)
    const { callLogOlderBefore, callLogOlderFrom } = reader
    const dateFrom =
      callLogOlderBefore && callLogOlderFrom && callLogOlderFrom < since ? callLogOlderFrom : since
    const query = { type: 'full', dateFrom } as const
    return { answer: await call(reader, ({ callLog }) => syncOf(callLog, reader)(query)), dateFrom }
  }

  /** What the sync had no room for. */
  async function readOlder(id: string) {
    for (;;) {
      const reader = await db.extension.findUniqueOrThrow({ where: { id } })
      const { callLogOlderBefore: dateTo, callLogOlderFrom: dateFrom } = reader
      if (!dateTo || !dateFrom) return
      const query = { dateFrom, dateTo, view: 'Detailed', perPage, maxPages: 1 } as const
      const { calls, complete } = await call(reader, ({ callLog }) =>
        reader.isAdmin ? callLog.listAccountCalls(query) : callLog.listExtensionCalls(query),
      )
      await write(reader, calls)
      const oldest = Math.min(...calls.map((one) => one.startTime.getTime()))
      // A page of one and the same moment would come again for ever.
      const next = new Date(Math.min(oldest, dateTo.getTime() - 1))
      await db.extension.update({
        where: { id },
        data: { callLogOlderBefore: complete ? null : next },
      })
    }
  }

  /** In handfuls, since a transaction should be short. After a crash all comes again, and changes nothing. */
  async function write(reader: Extension, calls: CallRecord[]) {
    const over = calls.filter((one) => !one.deleted && one.result !== inProgress)
    const told = [...Map.groupBy(over, sessionKeyOf)].map(([sessionKey, records]) => ({
      sessionKey,
      heard: [],
      lines: records.map((one) => logLine(one, reader.extensionId)),
    }))
    // Oldest first, as it happened.
    told.reverse()
    for (let from = 0; from < told.length; from += handful) {
      await eventLog.transaction(async (tx, record) => {
        await absorb(tx, record, reader, told.slice(from, from + handful), clock.now())
      })
    }
  }

  /** A call that ended while the job for another was waiting has its line only now. */
  async function lookForMissing({ id, tenantId, rcAccountId, isAdmin }: Extension) {
    const missing = await db.call.findFirst({
      where: {
        tenantId,
        rcAccountId,
        ...(!isAdmin && { extensionRowIds: { has: id } }),
        status: 'ENDED',
        rcCallId: null,
        sessionKey: { not: null },
        startedAt: { gt: after(clock.now(), -days(1)) },
        heardAt: { gt: after(clock.now(), -stillExpected) },
      },
      select: { id: true },
    })
    if (!missing) return
    await inTransaction(db, (tx) => requestCallSync(tx, queue, id, after(clock.now(), logLagMs)))
  }

  /** An administrator whose role leaves the company's log out still has their own, and the others have theirs. */
  async function notAllowed(reader: Extension, error: RingCentralRefusedError) {
    logger.warn({ err: error, extension: reader.id }, 'A call log may not be read')
    if (!reader.isAdmin) return
    await db.extension.update({ where: { id: reader.id }, data: { isAdmin: false } })
    for (const { id } of await logSources(db, reader.tenantId)) {
      await inTransaction(db, (tx) => requestCallSync(tx, queue, id))
    }
  }
}

/** A token is good for the log that it came with. */
const scopeOf = ({ isAdmin }: Extension) => (isAdmin ? 'account' : 'extension')

const syncOf = (callLog: RingCentralApi['callLog'], { isAdmin }: Extension) =>
  isAdmin ? callLog.syncAccountCalls : callLog.syncExtensionCalls
