import type { Tx } from '../db/client.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, seconds } from '../lib/clock.ts'
import { isOn } from '../tenants/features.ts'
import { syncCallLogJob } from './jobs.ts'
import { logSourceOf } from './log-source.ts'

/**
 * RingCentral allows ten Heavy calls a minute, and the log takes one for each sync. So syncs keep a
 * distance, and each brings all that has ended meanwhile.
 */
const distance = seconds(2)
/** And they leave the rest of these calls to what people are waiting for: starting calls, recordings. */
export const callLogShare = 0.8

/** Has the log with an extension's calls synced, at `notBefore` or soon; asking again before that changes nothing. */
export async function requestCallSync(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
  notBefore?: Date,
): Promise<void> {
  const extension = await tx.extension.findUnique({ where: { id: extensionRowId } })
  if (!extension || !(await isOn(tx, extension.tenantId, 'CALLS'))) return
  const source = await logSourceOf(tx, extension)
  if (!source) return
  const { id, callLogSyncedAt } = source
  const times = [notBefore, callLogSyncedAt && after(callLogSyncedAt, distance)]
  const startAfter = times.reduce((a, b) => (a && b && a > b ? a : (b ?? a)))
  await queue.send(
    tx,
    syncCallLogJob,
    { extensionRowId: id },
    { singletonKey: id, ...(startAfter && { startAfter }) },
  )
}
