import type { Db } from '../db/client.ts'
import { Prisma } from '../db/generated/client/client.ts'
import { highVolumeNumbers } from '../numbers/high-volume.ts'
import type { Waiting } from './forecast.ts'
import { refusedTogether, together } from './high-volume-way.ts'

/** `ahead`: how many requests of its kind leave before its own in its lane. */
export type Place = { id: string; ofBatch: boolean; ahead: number }

/** Where some messages stand in their lane. */
export async function placesIn(
  db: Db,
  lane: string,
  ids: readonly string[],
  now: Date,
): Promise<Place[]> {
  return db.$queryRaw<Place[]>`
    SELECT "id", "ofBatch", "ahead" FROM (
      SELECT "id", "ofBatch", max("before") FILTER (WHERE "leads")
        OVER (PARTITION BY "ofBatch", "stream" ORDER BY "place", "id")::int AS "ahead"
      FROM (${await lined(db, lane, now)}) AS line
    ) AS placed WHERE "id" = ANY(${ids})`
}

/** The requests that a lane will make for what waits in it, in their order: those alike one after the other as one. */
export async function requestsIn(
  db: Db,
  lane: string,
  now: Date,
): Promise<(Waiting & { ofBatch: boolean })[]> {
  return db.$queryRaw`
    SELECT "ofBatch", "highVolume", "from", count(*)::int AS "count" FROM (
      SELECT *, "before" - row_number()
        OVER (PARTITION BY "ofBatch", "highVolume", "from" ORDER BY "place", "id") AS "run"
      FROM (${await lined(db, lane, now)}) AS line WHERE "leads"
    ) AS runs
    GROUP BY "ofBatch", "highVolume", "from", "run" ORDER BY min("before")`
}

/**
 * Who waits in a lane and whether its user is connected and its batch runs. `from`: since when, or from when, it may
 * leave. `stream`: what leaves together, so many at a time; the first of them `leads`, and the others go along.
 */
async function lined(db: Db, lane: string, now: Date): Promise<Prisma.Sql> {
  const numbers = await highVolumeNumbers(db, lane)
  const waiting = Prisma.sql`
    SELECT message."id", message."batchId" IS NOT NULL AS "ofBatch",
      message."type" = 'SMS' AND message."from" = ANY(${numbers}) AS "highVolume",
      GREATEST(message."sendAt", ${now}) AS "from",
      GREATEST(message."createdAt", message."sendAt") AS "place",
      message."batchId", message."from" AS "number",
      message."status" = 'SENDING' AND EXISTS (
        SELECT FROM "MessageAttempt"
        WHERE "messageId" = message."id" AND "errorCode" = ${refusedTogether}) AS "alone"
    FROM "Message" AS message
    JOIN "Grant" AS grant_ ON grant_."extensionRowId" = message."extensionRowId"
    LEFT JOIN "MessageBatch" AS batch ON batch."id" = message."batchId"
    WHERE message."extensionRowId" = ${lane} AND message."direction" = 'OUTBOUND'
      AND (message."status" IN ('QUEUED', 'SCHEDULED') OR message."status" = 'SENDING' AND message."mayRetry")
      AND coalesce(batch."status" = 'RUNNING', true)`
  return Prisma.sql`
    SELECT *, count(*) FILTER (WHERE "leads")
      OVER (PARTITION BY "ofBatch" ORDER BY "place", "id") - 1 AS "before"
    FROM (
      SELECT *, (row_number() OVER (PARTITION BY "stream" ORDER BY "place", "id") - 1) % ${together} = 0 AS "leads"
      FROM (
        SELECT *, CASE WHEN "ofBatch" AND "highVolume" AND NOT "alone"
          THEN concat_ws(' ', "batchId", "number", "from") ELSE "id" END AS "stream"
        FROM (${waiting}) AS waiting
      ) AS streams
    ) AS led`
}
