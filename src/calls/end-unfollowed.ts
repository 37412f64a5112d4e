import type { Tx } from '../db/client.ts'
import type { Prisma } from '../db/generated/client/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { isOn, whereOn } from '../tenants/features.ts'
import { isLive, notFollowed } from './going-on.ts'
import { endUnfollowedJob } from './jobs.ts'
import { callEvent } from './record-call.ts'

/**
 * Ends the calls that went on when the last of those who told of them was disconnected, or calls were
 * switched off. How such a call ends is not known: what RingCentral tells later, its log at the latest,
 * takes the place of this.
 */
export async function endUnfollowed(
  tx: Tx,
  record: RecordEvent,
  which: Prisma.CallWhereInput,
  at: Date,
): Promise<void> {
  const live = await tx.call.findMany({
    where: { ...which, status: isLive },
    select: { id: true, tenantId: true, extensionRowIds: true },
  })
  if (live.length === 0) return
  const followers = await tx.extension.findMany({
    where: {
      id: { in: live.flatMap((call) => call.extensionRowIds) },
      grant: { isNot: null },
      tenant: whereOn('CALLS'),
    },
    select: { id: true },
  })
  const follows = new Set(followers.map(({ id }) => id))
  const left = live.filter(({ extensionRowIds }) => !extensionRowIds.some((id) => follows.has(id)))
  const ended = await tx.call.updateManyAndReturn({
    where: { id: { in: left.map(({ id }) => id) }, status: isLive },
    data: {
      status: 'ENDED',
      result: null,
      endedAt: at,
      errorCode: notFollowed,
      errorMessage:
        'No connected extension tells of this call any more: it may still go on, and how it ends is not known until it is in a call log that can be read.',
    },
  })
  for (const call of ended) record(callEvent(call))
}

/** Has the calls of an extension ended, if calls were switched off. */
export async function requestEndUnfollowed(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
): Promise<void> {
  const extension = await tx.extension.findUnique({ where: { id: extensionRowId } })
  if (!extension || (await isOn(tx, extension.tenantId, 'CALLS'))) return
  await queue.send(tx, endUnfollowedJob, { extensionRowId }, { singletonKey: extensionRowId })
}

export const endUnfollowedCalls = ({ eventLog, clock }: { eventLog: EventLog; clock: Clock }) =>
  implementJob(endUnfollowedJob, async ({ extensionRowId }) => {
    await eventLog.transaction((tx, record) =>
      endUnfollowed(tx, record, { extensionRowIds: { has: extensionRowId } }, clock.now()),
    )
  })
