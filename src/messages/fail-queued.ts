import type { Tx } from '../db/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { endWaiting } from './end-waiting.ts'
import { failQueuedJob } from './jobs.ts'

type Deps = { queue: Pick<JobQueue, 'send'> }

/**
 * Fails what still waits to be sent for extensions that are no longer connected: some of it at once, and what is
 * left of thousands by a job.
 */
export async function failNotConnected(
  tx: Tx,
  record: RecordEvent,
  { queue }: Deps,
  extensionRowIds: string[],
): Promise<void> {
  if (!(await failSome(tx, record, extensionRowIds))) return
  for (const extensionRowId of extensionRowIds) {
    await queue.send(tx, failQueuedJob, { extensionRowId }, { singletonKey: extensionRowId })
  }
}

/** Unless its user has connected it again: what is left then goes out. */
export const failQueued = ({ eventLog }: { eventLog: EventLog }) =>
  implementJob(failQueuedJob, async ({ extensionRowId }) => {
    const failMore = () =>
      eventLog.transaction(async (tx, record) => {
        const extension = await tx.extension.findUnique({ where: { id: extensionRowId } })
        return extension?.disconnectedAt ? failSome(tx, record, [extensionRowId]) : false
      })
    while (await failMore());
  })

/** @returns whether there may be more */
function failSome(tx: Tx, record: RecordEvent, extensionRowIds: string[]): Promise<boolean> {
  const { code: errorCode, message: errorMessage } = new NotConnectedError()
  const which = { extensionRowId: { in: extensionRowIds }, direction: 'OUTBOUND' } as const
  return endWaiting(tx, record, which, { status: 'SENDING_FAILED', errorCode, errorMessage })
}
