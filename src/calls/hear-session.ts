import type { Tx } from '../db/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
import type { TelephonySession } from '../ringcentral/notification-bodies.ts'
import { absorb } from './absorb.ts'
import { heardIn } from './heard.ts'
import { checkCallJob } from './jobs.ts'
import { requestCallSync } from './request-call-sync.ts'

/** A colleague to whom a call was sent on is heard of sooner; somebody outside never is. */
const joinsWithin = seconds(3)

/** What a notification tells of a call that goes on. When it ends, its line of the log is fetched as soon as it is there. */
export async function hearSession(
  tx: Tx,
  record: RecordEvent,
  { queue, clock, logLagMs }: { queue: Pick<JobQueue, 'send'>; clock: Clock; logLagMs: number },
  { extensionRowId }: { extensionRowId: string },
  session: TelephonySession,
): Promise<void> {
  const listener = await tx.extension.findUnique({ where: { id: extensionRowId } })
  if (!listener) return
  const now = clock.now()
  const heard = heardIn(session, now)
  const told = [{ sessionKey: session.telephonySessionId, heard, lines: [] }]
  const { ended, sentOn } = await absorb(tx, record, listener, told, now)
  for (const { id: callId } of sentOn) {
    const startAfter = after(now, joinsWithin)
    await queue.send(tx, checkCallJob, { callId }, { singletonKey: callId, startAfter })
  }
  if (ended.length > 0) await requestCallSync(tx, queue, extensionRowId, after(now, logLagMs))
}
