import type { Db, Tx } from '../db/client.ts'
import type { Extension, HistoryImport } from '../db/generated/client/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { holdConnected } from '../extensions/hold-connected.ts'
import { recordExtensionChanged } from '../extensions/status.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, days, seconds } from '../lib/clock.ts'
import { wantedRcTypes } from '../messages/message-type.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { featuresOf } from '../tenants/features.ts'
import { importHistoryJob } from './jobs.ts'
import { recordHistory } from './record-history.ts'

/** RingCentral promises no order within a list, so it is read by stretches of time, each page by page. */
const stretch = days(90)
/** What one transaction writes. */
const perPage = 250
/** Of 50 Light calls a minute: the others are for what happens now. */
const share = 0.3
/** A message that is being sent to the same people comes to its end. */
const openFor = seconds(20)

/**
 * Brings one page of an extension's older messages and has the next one brought, in one transaction with where it stands: a
 * run that died begins with the same page, and what is known stays as it is.
 */
export const importHistory = ({
  db,
  eventLog,
  queue,
  access,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  clock: Clock
}) => {
  return implementJob(importHistoryJob, async ({ extensionRowId }) => {
    const standing = await db.historyImport.findUnique({
      where: { extensionRowId },
      include: { extension: true },
    })
    if (standing?.status !== 'RUNNING') return
    const from = startOf(standing)
    try {
      const { messages, hasNextPage } = await read(standing, from)
      await eventLog.transaction(async (tx, record) => {
        if (!(await holdConnected(tx, extensionRowId))) throw new NotConnectedError()
        const { extension } = standing
        const { imported, open } = await recordHistory(
          tx,
          record,
          { queue, clock },
          extension,
          messages,
        )
        if (open > 0) {
          const retryAt = after(clock.now(), openFor)
          throw new RetryLaterError('A text to the same people is on its way', retryAt)
        }
        const next = hasNextPage
          ? { page: standing.page + 1 }
          : { page: 1, reachedAt: from, ...(from <= standing.since && done()) }
        await moveOn(tx, record, standing, { ...next, importedCount: { increment: imported } })
      })
    } catch (error) {
      const reason = whyItFailed(error)
      if (!reason) throw error
      await eventLog.transaction((tx, record) =>
        moveOn(tx, record, standing, { status: 'FAILED', reason, finishedAt: clock.now() }),
      )
    }
  })

  async function read({ extension, page, reachedAt }: Standing, from: Date) {
    const features = await featuresOf(db, extension.tenantId)
    const messageTypes = wantedRcTypes(features).filter(
      (type) => type === 'SMS' || type === 'Pager',
    )
    return access.call(
      extension.id,
      ({ messages }) =>
        messages.listMessages({ messageTypes, dateFrom: from, dateTo: reachedAt, page, perPage }),
      { share },
    )
  }

  function done() {
    return { status: 'DONE', finishedAt: clock.now() } as const
  }

  /** Only from where it stood: of two runs at once, or when it was asked to go farther meanwhile, one begins anew. */
  async function moveOn(tx: Tx, record: RecordEvent, standing: Standing, data: object) {
    const { extensionRowId, since, reachedAt, page, extension } = standing
    const [moved] = await tx.historyImport.updateManyAndReturn({
      where: { extensionRowId, status: 'RUNNING', since, reachedAt, page },
      data: { ...data, movedAt: clock.now() },
    })
    if (!moved) throw new RetryLaterError('The import has moved on', clock.now())
    if (moved.status !== 'RUNNING') return recordExtensionChanged(record, extension)
    await queue.send(tx, importHistoryJob, { extensionRowId }, { singletonKey: extensionRowId })
  }
}

type Standing = HistoryImport & { extension: Extension }

function startOf({ since, reachedAt }: HistoryImport): Date {
  const from = after(reachedAt, -stretch)
  return from < since ? since : from
}

function whyItFailed(error: unknown): string | undefined {
  if (error instanceof NotConnectedError) {
    return 'The extension is not connected any more. Connect it again, then `importHistory` goes on.'
  }
  if (!(error instanceof RingCentralRefusedError)) return undefined
  return `RingCentral refused to list its messages (${error.code ?? error.status}): ask an administrator for the right ReadMessages, then \`importHistory\` goes on.`
}
