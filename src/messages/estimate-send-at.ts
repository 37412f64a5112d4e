import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { createBatch } from '../graphql/batch.ts'
import type { Context } from '../graphql/context.ts'
import type { Clock } from '../lib/clock.ts'
import { quietHoursOf } from '../tenants/settings.ts'
import { forecast } from './forecast.ts'
import { laneSlots } from './lane-pace.ts'
import { quietUntil } from './quiet.ts'
import { placesIn, requestsIn } from './waiting-requests.ts'

declare module '../graphql/context.ts' {
  interface Services {
    estimateSendAt: EstimateSendAt
  }
}

export type EstimateSendAt = (context: Context, message: Message) => Promise<Date | null>

/**
 * When messages that wait will leave, as far as can be told now: from what is before them, and from the
 * pace that RingCentral allows; and if quiet hours will be on by then, when they end. Null when they have left, or wait for somebody: for the user to connect
 * again, or for a batch to be resumed.
 */
export function createEstimateSendAt({ clock }: { clock: Clock }): EstimateSendAt {
  return createBatch<Message, Date | null>(async ({ db }, messages) => {
    const lanes = Map.groupBy(messages, ({ extensionRowId }) => extensionRowId)
    const estimates = await Promise.all(
      [...lanes].map(([lane, asked]) => estimatesOf(db, lane, asked, clock.now())),
    )
    const slots = new Map(estimates.flat())
    const [first] = messages
    const quietHours = first && slots.size > 0 ? await quietHoursOf(db, first.tenantId) : null
    return Promise.all(
      messages.map(async (message) => {
        const slot = slots.get(message.id) ?? null
        const quiet = slot && (await quietUntil(db, { clock }, message, slot, quietHours))
        return quiet ?? slot
      }),
    )
  })
}

async function estimatesOf(
  db: Db,
  lane: string,
  asked: readonly Message[],
  now: Date,
): Promise<[id: string, slot: Date][]> {
  const [places, requests, slots] = await Promise.all([
    placesIn(
      db,
      lane,
      asked.map(({ id }) => id),
      now,
    ),
    requestsIn(db, lane, now),
    laneSlots(db, lane, now),
  ])
  const line = (kind: boolean) => ({
    waiting: requests.filter(({ ofBatch }) => ofBatch === kind),
    upTo: Math.max(0, ...places.map(({ ofBatch, ahead }) => (ofBatch === kind ? ahead + 1 : 0))),
  })
  const left = forecast(slots, line(false), line(true))
  return places.flatMap(({ id, ofBatch, ahead }) => {
    const slot = (ofBatch ? left.ofBatches : left.own)[ahead]
    return slot === undefined ? [] : [[id, new Date(slot)]]
  })
}
