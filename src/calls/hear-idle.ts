import type { Tx } from '../db/client.ts'
import { covers } from '../extensions/covers.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock } from '../lib/clock.ts'
import type { Presence } from '../ringcentral/notification-bodies.ts'
import { requestCallSync } from './request-call-sync.ts'

/**
 * Of an extension without telephony notifications, its presence tells that a call has ended. What call, its
 * log knows a while later: twice its usual delay, since nobody would see that it is missing.
 *
 * To be told before the presence itself is taken in.
 */
export async function hearIdle(
  tx: Tx,
  { queue, clock, logLagMs }: { queue: Pick<JobQueue, 'send'>; clock: Clock; logLagMs: number },
  extensionRowId: string,
  { telephonyStatus }: Pick<Presence, 'telephonyStatus'>,
): Promise<void> {
  if (telephonyStatus !== 'NoCall') return
  const before = await tx.presence.findUnique({
    where: { extensionRowId },
    select: { telephonyStatus: true, extension: { select: { scopes: true } } },
  })
  if (!before || before.telephonyStatus === 'NO_CALL' || before.telephonyStatus === null) return
  if (covers(before.extension, 'CallControl')) return
  await requestCallSync(tx, queue, extensionRowId, after(clock.now(), 2 * logLagMs))
}
