import { setTimeout as sleep } from 'node:timers/promises'
import type { Db, Tx } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { after, type Clock, days, minutes, seconds } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { CallRecord } from '../ringcentral/call-record.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { saveCalls } from './save-calls.ts'

declare module '../graphql/context.ts' {
  interface Services {
    callLogs: CallLogs
  }
}

export type CallLogs = ReturnType<typeof createCallLogs>

/** RingCentral allows 10 Heavy calls a minute; a read is one of them, so at most 6 go here. */
const readEvery = seconds(10)
/** A question is answered from our table rather than late. */
const waitAtMost = 700
/** How far back the first read of an extension goes. */
const firstRead = days(7)
/** A record appears some 30 s after its call, and may still change; so reads overlap. */
const overlap = minutes(15)

/** The call log: read through from RingCentral into our table, within its Heavy budget. */
export function createCallLogs({
  db,
  eventLog,
  access,
  clock,
  logger,
}: {
  db: Db
  eventLog: EventLog
  access: ExtensionAccess
  clock: Clock
  logger: Logger
}) {
  /** Claims the next read of an extension's log: one process gets it, every so often. */
  async function claim(extensionRowId: string): Promise<Extension | undefined> {
    const now = clock.now()
    const [extension] = await db.extension.updateManyAndReturn({
      where: {
        id: extensionRowId,
        grant: { isNot: null },
        OR: [{ callLogAttemptedAt: null }, { callLogAttemptedAt: { lt: after(now, -readEvery) } }],
      },
      data: { callLogAttemptedAt: now },
    })
    return extension
  }

  /** Whoever may read the company's log brings everybody's calls; else each brings their own. */
  function read(extension: Extension, wholeAccount: boolean): Promise<CallRecord[]> {
    const dateFrom = extension.callLogSyncedAt
      ? after(extension.callLogSyncedAt, -overlap)
      : after(clock.now(), -firstRead)
    return access.call(extension.id, async ({ callLog }) => {
      const query = { dateFrom, maxPages: 3 }
      const { calls } = wholeAccount
        ? await callLog.listAccountCalls(query)
        : await callLog.listExtensionCalls(query)
      return calls
    })
  }

  /** Noted, so that the logs of the other extensions are read as well; discovery will try again. */
  async function readOwn(extension: Extension): Promise<CallRecord[]> {
    await db.extension.update({ where: { id: extension.id }, data: { isAdmin: false } })
    return read(extension, false)
  }

  async function sync(extensionRowId: string): Promise<void> {
    const extension = await claim(extensionRowId)
    if (!extension) return
    const startedAt = clock.now()
    const calls = await read(extension, extension.isAdmin).catch((error) => {
      // An admin whose role does not include the company's log still has their own.
      if (extension.isAdmin && error instanceof RingCentralRefusedError && error.status === 403) {
        return readOwn(extension)
      }
      throw error
    })
    await eventLog.transaction(async (tx: Tx, record) => {
      await saveCalls(tx, record, extension, calls)
      await tx.extension.update({
        where: { id: extension.id },
        data: { callLogSyncedAt: startedAt },
      })
    })
  }

  // Who asks while a read is under way waits for it too, rather than for nothing.
  const running = new Map<string, Promise<void>>()

  function syncOnce({ id }: Extension): Promise<void> {
    const known = running.get(id)
    if (known) return known
    const read = sync(id)
      .catch((error) => {
        logger.info({ err: error, extension: id }, 'A call log could not be read')
      })
      .finally(() => running.delete(id))
    running.set(id, read)
    return read
  }

  /** Reads what is due; and the rest, should it turn out that no admin may read everybody's. */
  async function syncAll(tenantId: string, extensionRowId: string | null | undefined) {
    const first = await sources(tenantId, extensionRowId)
    await Promise.all(first.map(syncOnce))
    const now = await sources(tenantId, extensionRowId)
    const known = new Set(first.map(({ id }) => id))
    await Promise.all(now.filter(({ id }) => !known.has(id)).map(syncOnce))
  }

  /** The extensions whose logs together answer for one extension, or for the whole tenant. */
  async function sources(tenantId: string, extensionRowId: string | null | undefined) {
    const connected = await db.extension.findMany({
      where: {
        tenantId,
        grant: { isNot: null },
        ...(extensionRowId && { id: extensionRowId }),
      },
    })
    const admins = connected.filter((extension) => extension.isAdmin)
    return !extensionRowId && admins.length > 0 ? admins : connected
  }

  return {
    /**
     * Brings the log of one extension, or of all of a tenant, up to date if that is due and quick;
     * what takes longer goes on by itself. Never throws: a log that could not be read is just older.
     */
    async refresh(tenantId: string, extensionRowId?: string | null): Promise<void> {
      const reads = syncAll(tenantId, extensionRowId).catch((error) => {
        logger.warn({ err: error, tenantId }, 'The call logs could not be read')
      })
      const enough = new AbortController()
      const patience = sleep(waitAtMost, undefined, { signal: enough.signal }).catch(
        () => undefined,
      )
      await Promise.race([reads, patience])
      enough.abort()
    },

    /** As of when an answer is: the oldest of its parts; null when one of them was never read. */
    async asOf(tenantId: string, extensionRowId?: string | null): Promise<Date | null> {
      const parts = await sources(tenantId, extensionRowId)
      const times = parts.map(({ callLogSyncedAt }) => callLogSyncedAt?.getTime() ?? 0)
      const oldest = Math.min(...times)
      return Number.isFinite(oldest) && oldest > 0 ? new Date(oldest) : null
    },
  }
}
