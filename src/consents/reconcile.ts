import type { Db, Tx } from '../db/client.ts'
import type { Consent } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers } from '../extensions/covers.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import { findNumber } from '../numbers/service.ts'
import type { ConsentRecord } from '../ringcentral/consents.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { reconcileConsentsJob, syncConsentsJob } from './jobs.ts'
import { haveTold } from './mirror.ts'
import { recordConsent } from './record-consent.ts'

/** What is called in the transaction in which somebody turns out to have opted out. */
export type OnOptOut = (tx: Tx, record: RecordEvent, consent: Consent) => Promise<unknown>

type Deps = {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  clock: Clock
  onOptOut: OnOptOut
}

/** Nothing hangs on the minute: most of the budget is left to texts that somebody waits for. */
const share = 0.5
/** The numbers are read a moment after the connection. */
const numbersTake = seconds(5)
const handful = 50
/** Each is a call; the rest is for tomorrow. */
const toldAtOnce = 200

const pairOf = (number: string, other: string) => `${number} ${other}`

/** Has the consents of an extension's numbers compared with RingCentral's. */
export async function requestConsentSync(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
): Promise<void> {
  await queue.send(tx, syncConsentsJob, { extensionRowId }, { singletonKey: extensionRowId })
}

/**
 * Takes in what RingCentral tells of consents: the newer one counts, and where that is an opt-out, or what the
 * tenant has set, RingCentral is told. Numbers that are none of the tenant's are somebody else's business.
 */
export async function applyRecords(
  tx: Tx,
  record: RecordEvent,
  { queue, onOptOut }: { queue: Pick<JobQueue, 'send'>; onOptOut: OnOptOut },
  tenantId: string,
  records: readonly ConsentRecord[],
): Promise<void> {
  const place = ({ from, to }: ConsentRecord) => pairOf(from, to)
  // In the order in which consents are held everywhere.
  for (const told of records.toSorted((a, b) => place(a).localeCompare(place(b), 'en'))) {
    const { from: number, to: other, lastModifiedTime: at } = told
    if (!(await findNumber(tx, tenantId, number))) continue
    const status = told.optStatus === 'OptOut' ? 'OPTED_OUT' : 'OPTED_IN'
    const mayBeEcho = told.source === 'Api'
    const news = { tenantId, number, other, status, source: 'RINGCENTRAL', at, mayBeEcho } as const
    const changed = await recordConsent(tx, record, news)
    if (changed?.status === 'OPTED_OUT') await onOptOut(tx, record, changed)
    if (!changed) await tellAgain(tx, queue, news)
  }
}

async function tellAgain(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  { tenantId, number, other, status }: Pick<Consent, 'tenantId' | 'number' | 'other' | 'status'>,
) {
  await haveTold(tx, queue, {
    ...{ tenantId, number, other, status: { not: status } },
    OR: [{ source: 'API' }, { status: 'OPTED_OUT' }],
  })
}

/**
 * Compares the consents of an extension's numbers with RingCentral's, page by page. Opt-outs that it does not
 * know, and what it once refused (for want of a scope, perhaps), it is told.
 */
export const syncConsents = ({ db, eventLog, queue, access, clock, onOptOut }: Deps) =>
  implementJob(syncConsentsJob, async ({ extensionRowId }) => {
    const extension = await db.extension.findUnique({
      where: { id: extensionRowId },
      include: { phoneNumbers: true },
    })
    if (!extension || extension.status === 'REVOKED' || !covers(extension, 'SMS')) return
    if (extension.numbersDiscoveredAt === null) {
      throw new RetryLaterError('The numbers are being read', after(clock.now(), numbersTake))
    }
    const { tenantId } = extension
    const from = extension.phoneNumbers.map(({ phoneNumber }) => phoneNumber)
    if (from.length === 0) return
    const known = new Set<string>()
    const readFrom = clock.now()
    for (let pageToken: string | undefined; ; ) {
      const page = await read(pageToken)
      if (!page) return
      for (let at = 0; at < page.records.length; at += handful) {
        const some = page.records.slice(at, at + handful)
        await eventLog.transaction((tx, record) =>
          applyRecords(tx, record, { queue, onOptOut }, tenantId, some),
        )
        for (const one of some) known.add(pairOf(one.from, one.to))
      }
      pageToken = page.nextPageToken
      if (pageToken === undefined) break
    }
    await tellUnknown()

    async function tellUnknown() {
      const ours = await db.consent.findMany({
        where: {
          ...{ tenantId, number: { in: from }, toTell: false },
          // What was said a moment ago RingCentral may be about to know.
          changedAt: { lt: after(readFrom, -minutes(1)) },
          OR: [{ status: 'OPTED_OUT' }, { mirrorError: { not: null } }],
        },
        select: { id: true, number: true, other: true, mirrorError: true },
      })
      const unknown = ours
        .filter((one) => one.mirrorError !== null || !known.has(pairOf(one.number, one.other)))
        .slice(0, toldAtOnce)
      if (unknown.length === 0) return
      const ids = unknown.map(({ id }) => id)
      await inTransaction(db, (tx) => haveTold(tx, queue, { id: { in: ids } }))
    }

    /** What RingCentral does not let this extension see holds in this gateway alone. */
    async function read(pageToken: string | undefined) {
      const query = { from, ...(pageToken !== undefined && { pageToken }) }
      try {
        return await access.call(extensionRowId, (api) => api.consents.search(query), { share })
      } catch (error) {
        if (error instanceof NotConnectedError || error instanceof RingCentralRefusedError) {
          return undefined
        }
        throw error
      }
    }
  })

export const reconcileConsents = ({ db, queue }: Deps) =>
  implementJob(reconcileConsentsJob, async () => {
    const connected = await db.grant.findMany({
      where: { extension: { tenant: { status: 'ACTIVE' } } },
      select: { extensionRowId: true },
    })
    for (const { extensionRowId } of connected) {
      await inTransaction(db, (tx) => requestConsentSync(tx, queue, extensionRowId))
    }
  })
