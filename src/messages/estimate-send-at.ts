import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { budgetKey } from '../extensions/access.ts'
import { createBatch } from '../graphql/batch.ts'
import type { Context } from '../graphql/context.ts'
import { type Clock, minutes } from '../lib/clock.ts'
import { defaultLimits } from '../ringcentral/rate-limits.ts'
import { batchPace } from './batch-pace.ts'
import { nextSlots, type Pace } from './slots.ts'

declare module '../graphql/context.ts' {
  interface Services {
    estimateSendAt: EstimateSendAt
  }
}

export type EstimateSendAt = (context: Context, message: Message) => Promise<Date | null>

type Place = { id: string; extensionRowId: string; ahead: number }

/**
 * When messages that wait will leave, as far as can be told now: from how many are before them, and from the
 * pace that RingCentral allows. Null when they have left, or wait for somebody: for the user to connect
 * again, or for a batch to be resumed.
 */
export function createEstimateSendAt({ clock }: { clock: Clock }): EstimateSendAt {
  return createBatch<Message, Date | null>(async ({ db }, messages) => {
    const now = clock.now()
    const places = await placesOf(db, messages, now)
    const lanes = [...new Set(places.map(({ extensionRowId }) => extensionRowId))]
    const paces = new Map(
      await Promise.all(lanes.map(async (lane) => [lane, await paceOf(db, lane, now)] as const)),
    )
    return messages.map((message) => {
      const place = places.find(({ id }) => id === message.id)
      const pace = place && paces.get(place.extensionRowId)
      if (!pace) return null
      const { sendAt, batchId } = message
      const from = sendAt && sendAt > now ? sendAt : now
      const how = batchId === null ? { share: 1, evenly: false } : batchPace
      return nextSlots({ ...pace, ...how }, from, place.ahead + 1).at(-1) ?? null
    })
  })
}

/** How many are before each: in its lane, or among those that are due at the same moment. */
function placesOf(db: Db, messages: readonly Message[], now: Date): Promise<Place[]> {
  const ids = messages.map(({ id }) => id)
  const lanes = [...new Set(messages.map(({ extensionRowId }) => extensionRowId))]
  return db.$queryRaw<Place[]>`
    SELECT * FROM (
      SELECT message."id", message."extensionRowId", (row_number() OVER (
        PARTITION BY message."extensionRowId",
          CASE WHEN message."status" = 'SCHEDULED' OR message."sendAt" > ${now} THEN message."sendAt" END
        ORDER BY message."batchId" IS NOT NULL, GREATEST(message."createdAt", message."sendAt"), message."id"
      ) - 1)::int AS "ahead"
      FROM "Message" AS message
      JOIN "Grant" AS grant_ ON grant_."extensionRowId" = message."extensionRowId"
      LEFT JOIN "MessageBatch" AS batch ON batch."id" = message."batchId"
      WHERE message."extensionRowId" = ANY(${lanes}) AND message."direction" = 'OUTBOUND'
        AND (message."status" IN ('QUEUED', 'SCHEDULED') OR message."status" = 'SENDING' AND message."mayRetry")
        AND coalesce(batch."status" = 'RUNNING', true)
    ) AS line WHERE "id" = ANY(${ids})`
}

/** What may leave in a lane now, and what has just left. */
export async function paceOf(
  db: Db,
  extensionRowId: string,
  now: Date,
): Promise<Omit<Pace, 'share' | 'evenly'>> {
  const [budget, lane] = await Promise.all([
    db.budget.findUnique({ where: { key: budgetKey(extensionRowId, 'Medium') } }),
    db.sendLane.findUnique({ where: { extensionRowId } }),
  ])
  const windowMs = budget?.windowMs ?? minutes(1)
  const closed = [budget?.closedUntil, lane?.pausedUntil].flatMap((at) => at ?? [])
  return {
    limit: budget?.limit ?? defaultLimits.Medium,
    windowMs,
    usedAt: (budget?.usedAt ?? []).filter((use) => use.getTime() > now.getTime() - windowMs),
    closedUntil: closed.length === 0 ? null : new Date(Math.max(...closed.map((at) => +at))),
  }
}
