import type { Db } from '../db/client.ts'
import type { Clock } from '../lib/clock.ts'
import { paceOf } from './estimate-send-at.ts'
import { forecast } from './forecast.ts'
import { createSlots } from './slots.ts'

/** What a text would wait for that was taken now. */
export type ExpectedWait = {
  /** How many leave before it. */
  waitingMessages: number
  /** Until when nothing leaves; null if something may. */
  until: Date | null
  reason: string | null
  /** When it would leave, as far as can be told. */
  estimatedSendAt: Date | null
}

/** How long the lane of an extension is at the moment, and whether it rests. */
export async function expectedWait(
  { db, clock }: { db: Db; clock: Clock },
  extensionRowId: string,
): Promise<ExpectedWait> {
  const now = clock.now()
  const [waitingMessages, lane, pace] = await Promise.all([
    db.message.count({
      // Those of batches let it go first.
      where: {
        extensionRowId,
        batchId: null,
        direction: 'OUTBOUND',
        status: { in: ['QUEUED', 'SENDING'] },
      },
    }),
    db.sendLane.findUnique({ where: { extensionRowId } }),
    paceOf(db, extensionRowId, now),
  ])
  const until = lane?.pausedUntil && lane.pausedUntil > now ? lane.pausedUntil : null
  const upTo = waitingMessages + 1
  const own = { waiting: [{ from: now, count: upTo }], upTo }
  const slot = forecast(createSlots(pace), own, { waiting: [], upTo: 0 }).own.at(-1)
  const estimatedSendAt = slot === undefined ? null : new Date(slot)
  if (!until) return { waitingMessages, until, reason: null, estimatedSendAt }
  const pause = await db.sendPause.findFirst({ where: { extensionRowId }, orderBy: { id: 'desc' } })
  return { waitingMessages, until, reason: pause?.reason ?? null, estimatedSendAt }
}
