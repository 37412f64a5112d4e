import type { Db } from '../db/client.ts'
import { type Message, Prisma } from '../db/generated/client/client.ts'
import { budgetKey, usualWindowMs } from '../extensions/access.ts'
import { createBatch } from '../graphql/batch.ts'
import type { Context } from '../graphql/context.ts'
import type { Clock } from '../lib/clock.ts'
import { defaultLimits } from '../ringcentral/rate-limits.ts'
import { forecast, type Waiting } from './forecast.ts'
import { createSlots, type Pace } from './slots.ts'

declare module '../graphql/context.ts' {
  interface Services {
    estimateSendAt: EstimateSendAt
  }
}

export type EstimateSendAt = (context: Context, message: Message) => Promise<Date | null>

/** `ahead`: how many of its kind leave before it in its lane. */
type Place = { id: string; ofBatch: boolean; ahead: number }
type Group = Waiting & { ofBatch: boolean }

/**
 * When messages that wait will leave, as far as can be told now: from what is before them, and from the
 * pace that RingCentral allows. Null when they have left, or wait for somebody: for the user to connect
 * again, or for a batch to be resumed.
 */
export function createEstimateSendAt({ clock }: { clock: Clock }): EstimateSendAt {
  return createBatch<Message, Date | null>(async ({ db }, messages) => {
    const lanes = Map.groupBy(messages, ({ extensionRowId }) => extensionRowId)
    const estimates = await Promise.all(
      [...lanes].map(([lane, asked]) => estimatesOf(db, lane, asked, clock.now())),
    )
    const slots = new Map(estimates.flat())
    return messages.map(({ id }) => slots.get(id) ?? null)
  })
}

async function estimatesOf(
  db: Db,
  lane: string,
  asked: readonly Message[],
  now: Date,
): Promise<[id: string, slot: Date][]> {
  const [places, groups, pace] = await Promise.all([
    placesOf(db, lane, asked, now),
    groupsOf(db, lane, now),
    paceOf(db, lane, now),
  ])
  const line = (kind: boolean) => ({
    waiting: groups.filter(({ ofBatch }) => ofBatch === kind),
    upTo: Math.max(0, ...places.map(({ ofBatch, ahead }) => (ofBatch === kind ? ahead + 1 : 0))),
  })
  const left = forecast(createSlots(pace), line(false), line(true))
  return places.flatMap(({ id, ofBatch, ahead }) => {
    const slot = (ofBatch ? left.ofBatches : left.own)[ahead]
    return slot === undefined ? [] : [[id, new Date(slot)]]
  })
}

/**
 * Who waits in a lane and whether its user is connected and its batch runs; `from`: since when, or from when,
 * it may leave.
 */
const waitingIn = (lane: string, now: Date) => Prisma.sql`
  SELECT message."id", message."batchId" IS NOT NULL AS "ofBatch",
    GREATEST(message."sendAt", ${now}) AS "from",
    GREATEST(message."createdAt", message."sendAt") AS "place"
  FROM "Message" AS message
  JOIN "Grant" AS grant_ ON grant_."extensionRowId" = message."extensionRowId"
  LEFT JOIN "MessageBatch" AS batch ON batch."id" = message."batchId"
  WHERE message."extensionRowId" = ${lane} AND message."direction" = 'OUTBOUND'
    AND (message."status" IN ('QUEUED', 'SCHEDULED') OR message."status" = 'SENDING' AND message."mayRetry")
    AND coalesce(batch."status" = 'RUNNING', true)`

function placesOf(db: Db, lane: string, asked: readonly Message[], now: Date): Promise<Place[]> {
  return db.$queryRaw<Place[]>`
    SELECT "id", "ofBatch", "ahead" FROM (
      SELECT "id", "ofBatch",
        (row_number() OVER (PARTITION BY "ofBatch" ORDER BY "place", "id") - 1)::int AS "ahead"
      FROM (${waitingIn(lane, now)}) AS waiting
    ) AS line WHERE "id" = ANY(${asked.map(({ id }) => id)})`
}

function groupsOf(db: Db, lane: string, now: Date): Promise<Group[]> {
  return db.$queryRaw<Group[]>`
    SELECT "ofBatch", "from", count(*)::int AS "count" FROM (${waitingIn(lane, now)}) AS waiting
    GROUP BY "ofBatch", "from" ORDER BY "from"`
}

/** What may leave in a lane now, and what has just left. */
export async function paceOf(db: Db, extensionRowId: string, now: Date): Promise<Pace> {
  const [budget, lane] = await Promise.all([
    db.budget.findUnique({ where: { key: budgetKey(extensionRowId, 'Medium') } }),
    db.sendLane.findUnique({ where: { extensionRowId } }),
  ])
  const windowMs = budget?.windowMs ?? usualWindowMs
  const closed = [budget?.closedUntil, lane?.pausedUntil].flatMap((at) => at ?? [])
  return {
    limit: budget?.limit ?? defaultLimits.Medium,
    windowMs,
    usedAt: (budget?.usedAt ?? []).filter((use) => use.getTime() > now.getTime() - windowMs),
    closedUntil: closed.length === 0 ? null : new Date(Math.max(...closed.map((at) => +at))),
  }
}
