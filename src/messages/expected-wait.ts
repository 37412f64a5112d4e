import type { Db } from '../db/client.ts'
import type { Clock } from '../lib/clock.ts'
import { isHighVolume } from '../numbers/high-volume.ts'
import { forecast } from './forecast.ts'
import { laneSlots } from './lane-pace.ts'
import type { NotBefore } from './not-before.ts'
import type { SendingNumber } from './sending-number.ts'
import { requestsIn } from './waiting-requests.ts'

/** What a text would wait for that was taken now. */
export type ExpectedWait = {
  /** How many leave before it. */
  waitingMessages: number
  /** Until when it cannot leave; null if it may. */
  until: Date | null
  reason: string | null
  /** When it would leave, as far as can be told. */
  estimatedSendAt: Date | null
}

/** How long the lane of a number's extension is when a text joins it, and what holds that back: itself, or a lane that rests. */
export async function expectedWait(
  { db, clock }: { db: Db; clock: Clock },
  number: SendingNumber,
  notBefore: NotBefore | null,
): Promise<ExpectedWait> {
  const now = clock.now()
  const { extensionRowId } = number
  const joinsAt = notBefore?.until ?? now
  const [waitingMessages, lane, requests, slots] = await Promise.all([
    db.message.count({
      // Those of batches let it go first.
      where: {
        extensionRowId,
        batchId: null,
        direction: 'OUTBOUND',
        OR: [
          { status: { in: ['QUEUED', 'SENDING'] } },
          { status: 'SCHEDULED', sendAt: { lte: joinsAt } },
        ],
      },
    }),
    db.sendLane.findUnique({ where: { extensionRowId } }),
    requestsIn(db, extensionRowId, now),
    laneSlots(db, extensionRowId, now),
  ])
  const before = requests.filter(({ ofBatch, from }) => !ofBatch && from <= joinsAt)
  const waiting = [...before, { from: joinsAt, count: 1, highVolume: isHighVolume(number) }]
  const upTo = waiting.reduce((sum, { count }) => sum + count, 0)
  const slot = forecast(slots, { waiting, upTo }, { waiting: [], upTo: 0 }).own.at(-1)
  const estimatedSendAt = slot === undefined ? null : new Date(slot)
  const rests = lane?.pausedUntil && lane.pausedUntil > joinsAt ? lane.pausedUntil : null
  if (!rests) {
    const { until = null, why: reason = null } = notBefore ?? {}
    return { waitingMessages, until, reason, estimatedSendAt }
  }
  const pause = await db.sendPause.findFirst({ where: { extensionRowId }, orderBy: { id: 'desc' } })
  return { waitingMessages, until: rests, reason: pause?.reason ?? null, estimatedSendAt }
}
