import type { Db } from '../db/client.ts'
import type { Clock } from '../lib/clock.ts'

/** What a text would wait for that was taken now. */
export type ExpectedWait = {
  /** How many leave before it. */
  waitingMessages: number
  /** Until when nothing leaves; null if something may. */
  until: Date | null
  reason: string | null
}

/** How long the lane of an extension is at the moment, and whether it rests. */
export async function expectedWait(
  { db, clock }: { db: Db; clock: Clock },
  extensionRowId: string,
): Promise<ExpectedWait> {
  const [waitingMessages, lane] = await Promise.all([
    db.message.count({
      where: { extensionRowId, direction: 'OUTBOUND', status: { in: ['QUEUED', 'SENDING'] } },
    }),
    db.sendLane.findUnique({ where: { extensionRowId } }),
  ])
  const until = lane?.pausedUntil && lane.pausedUntil > clock.now() ? lane.pausedUntil : null
  if (!until) return { waitingMessages, until, reason: null }
  const pause = await db.sendPause.findFirst({ where: { extensionRowId }, orderBy: { id: 'desc' } })
  return { waitingMessages, until, reason: pause?.reason ?? null }
}
