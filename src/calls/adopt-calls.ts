import type { Db, Tx } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { isGoingOn } from './going-on.ts'
import { adoptCallsJob } from './jobs.ts'
import { lockSessions } from './lock-sessions.ts'
import { placeCalls } from './place-calls.ts'
import { callEvent } from './record-call.ts'

/** How many calls change hands in one transaction. */
const handful = 500

/** Has the calls that were known before an extension connected made its own. */
export async function requestAdoption(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
): Promise<void> {
  await queue.send(tx, adoptCallsJob, { extensionRowId }, { singletonKey: extensionRowId })
}

/**
 * A colleague's log may have brought calls of an extension before it connected. Its own are found by the
 * parties' extensions, handful by handful: a run that breaks off is gone on with by the next one.
 */
export const adoptCalls = ({
  db,
  eventLog,
  clock,
}: {
  db: Db
  eventLog: EventLog
  clock: Clock
}) => {
  return implementJob(adoptCallsJob, async ({ extensionRowId: id }) => {
    const extension = await db.extension.findUnique({ where: { id, grant: { isNot: null } } })
    if (!extension) return
    const begunAt = clock.now()
    for (;;) {
      const count = await eventLog.transaction((tx, record) => adoptSome(tx, record, extension))
      if (count < handful) break
    }
    await db.extension.update({ where: { id }, data: { callsAdoptedAt: begunAt } })
  })
}

async function adoptSome(
  tx: Tx,
  record: RecordEvent,
  { id, tenantId, extensionId }: Extension,
): Promise<number> {
  const party = JSON.stringify([extensionId])
  const found = await tx.$queryRaw<{ id: string; sessionKey: string }[]>`
    SELECT "id", "sessionKey" FROM "Call"
    WHERE jsonb_path_query_array("parties", '$[*].extensionId') @> ${party}::jsonb
      AND "tenantId" = ${tenantId} AND "sessionKey" IS NOT NULL
      AND NOT ("extensionRowIds" @> ARRAY[${id}])
    LIMIT ${handful}`
  if (found.length === 0) return 0
  const ids = found.map((call) => call.id)
  // Or news of one of them, that had not seen this extension connected, would take it back.
  const keys = found.map(({ sessionKey }) => sessionKey)
  await lockSessions(tx, tenantId, keys)
  await tx.$executeRaw`
    UPDATE "Call" SET "extensionRowId" = coalesce("extensionRowId", ${id}),
      "extensionRowIds" = ARRAY(
        SELECT DISTINCT whose COLLATE "C" FROM unnest(array_append("extensionRowIds", ${id})) AS whose ORDER BY 1)
    WHERE "id" = ANY(${ids})`
  await placeCalls(tx, ids)
  // Of what is over nobody waits for news; what goes on is news to who listens to this extension.
  const live = await tx.call.findMany({ where: { id: { in: ids }, status: isGoingOn } })
  for (const call of live) record(callEvent(call))
  return found.length
}
