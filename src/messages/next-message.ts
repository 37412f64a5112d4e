import type { Db, Tx } from '../db/client.ts'
import { type Message, Prisma } from '../db/generated/client/client.ts'

/** Which lane, and whether texts of batches have their turn too. */
export type Turn = { extensionRowId: string; now: Date; batches: boolean }

/**
 * What is to be sent next in a lane: what was sent by itself before what was sent with a batch, and each
 * in the order in which it was to be sent. One for tomorrow does not overtake what waits by then; and a text
 * that somebody waits for does not overtake a batch's to the same person.
 */
export async function nextMessage(from: Db | Tx, turn: Turn): Promise<Message | null> {
  const next =
    (await nextByItself(from, turn)) ?? (turn.batches && (await nextOfBatches(from, turn)))
  return next ? from.message.findUnique({ where: { id: next.id } }) : null
}

type Found = { id: string }

/** As the indexes of lanes have it: see the migrations. */
export const waits = ({ extensionRowId, now }: Turn) => Prisma.sql`
  message."extensionRowId" = ${extensionRowId} AND message."direction" = 'OUTBOUND'
  AND message."status" IN ('QUEUED', 'SENDING') AND (message."status" = 'QUEUED' OR message."mayRetry")
  AND coalesce(message."sendAt" <= ${now}, true)`
export const place = Prisma.sql`GREATEST(message."createdAt", message."sendAt")`
// What a suspended tenant has accepted waits until it is resumed.
const mayLeave = Prisma.sql`
  EXISTS (SELECT FROM "Tenant" WHERE "id" = message."tenantId" AND "status" = 'ACTIVE')`

async function nextByItself(from: Db | Tx, turn: Turn): Promise<Found | undefined> {
  const [next] = await from.$queryRaw<(Found & { from: string; to: string[]; at: Date })[]>`
    SELECT "id", "from", "to", ${place} AS "at" FROM "Message" AS message
    WHERE ${waits(turn)} AND "batchId" IS NULL AND ${mayLeave}
    ORDER BY ${place}, "id" LIMIT 1`
  if (!next || !turn.batches) return next
  const [before] = await from.$queryRaw<Found[]>`
    SELECT message."id" FROM "Message" AS message
    JOIN "MessageBatch" AS batch ON batch."id" = message."batchId" AND batch."status" = 'RUNNING'
    WHERE ${waits(turn)} AND message."from" = ${next.from} AND message."to" = ${next.to}
      AND ${place} < ${next.at}
    ORDER BY ${place}, message."id" LIMIT 1`
  return before ?? next
}

/** The first of each batch that runs: of those that are paused there may be thousands, which nobody has to pass. */
async function nextOfBatches(from: Db | Tx, turn: Turn): Promise<Found | undefined> {
  const [next] = await from.$queryRaw<Found[]>`
    SELECT first."id" FROM "MessageBatch" AS batch
    CROSS JOIN LATERAL (
      SELECT "id", ${place} AS "at" FROM "Message" AS message
      WHERE "batchId" = batch."id" AND ${waits(turn)} AND ${mayLeave}
      ORDER BY ${place}, "id" LIMIT 1
    ) AS first
    WHERE batch."status" = 'RUNNING'
      AND batch."tenantId" = (SELECT "tenantId" FROM "Extension" WHERE "id" = ${turn.extensionRowId})
    ORDER BY first."at", first."id" LIMIT 1`
  return next
}
