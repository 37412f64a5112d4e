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
import { after, type Clock, seconds } from '../lib/clock.ts'
import { findNumber } from '../numbers/service.ts'
import type { ConsentRecord } from '../ringcentral/consents.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { reconcileConsentsJob, syncConsentsJob } from './jobs.ts'
import { requestTelling } from './mirror.ts'
import { recordConsent } from './record-consent.ts'

/** What is called in the transaction in which somebody turns out to have opted out. */
export type OnOptOut = (tx: Tx, record: RecordEvent, consent: Consent) => Promise<void>

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

/** Has the consents of an extension's numbers compared with RingCentral's. */
export async function requestConsentSync(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
): Promise<void> {
  await queue.send(tx, syncConsentsJob, { extensionRowId }, { singletonKey: extensionRowId })
}

/**
 * Takes in what RingCentral tells of consents: the newer one counts, and where that is what the tenant has
 * set, RingCentral is told. Numbers that are none of the tenant's are somebody else's business.
 */
export async function applyRecords(
  tx: Tx,
  record: RecordEvent,
  { queue, onOptOut }: { queue: Pick<JobQueue, 'send'>; onOptOut: OnOptOut },
  tenantId: string,
  records: readonly ConsentRecord[],
): Promise<void> {
  const pairOf = ({ from, to }: ConsentRecord) => `${from} ${to}`
  // In the order in which consents are held everywhere.
  for (const told of records.toSorted((a, b) => pairOf(a).localeCompare(pairOf(b), 'en'))) {
    const { from: number, to: other, lastModifiedTime: at } = told
    if (!(await findNumber(tx, tenantId, number))) continue
    const status = told.optStatus === 'OptOut' ? 'OPTED_OUT' : 'OPTED_IN'
    const news = { tenantId, number, other, status, source: 'RINGCENTRAL', at } as const
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
  const where = { tenantId_number_other: { tenantId, number, other } }
  const ours = await tx.consent.findUnique({ where })
  if (ours?.source !== 'API' || ours.status === status) return
  await tx.consent.update({ where, data: { toldAt: null, mirrorError: null } })
  await requestTelling(tx, queue, ours)
}

/** Compares the consents of an extension's numbers with RingCentral's, page by page. */
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
    const from = extension.phoneNumbers.map(({ phoneNumber }) => phoneNumber)
    if (from.length === 0) return
    for (let pageToken: string | undefined; ; ) {
      const page = await read(pageToken)
      if (!page) return
      for (let at = 0; at < page.records.length; at += handful) {
        const some = page.records.slice(at, at + handful)
        await eventLog.transaction((tx, record) =>
          applyRecords(tx, record, { queue, onOptOut }, extension.tenantId, some),
        )
      }
      pageToken = page.nextPageToken
      if (pageToken === undefined) return
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
