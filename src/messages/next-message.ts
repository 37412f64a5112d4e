import { type Message, Prisma } from '../db/generated/client/client.ts'
import type { QuietHours } from '../tenants/quiet-hours.ts'

/** Which lane, and whether texts of batches have their turn too. */
export type Turn = { extensionRowId: string; now: Date; batches: boolean }

/** How rows are read: by a statement that is known already, or within a transaction. */
type Read = (sql: Prisma.Sql) => Promise<unknown[]>

/** With what decides when and by which way it leaves. */
export type Next = {
  message: Message
  /** Its tenant's. */
  quietHours: QuietHours | null
  /** Its number's, as RingCentral names them. */
  features: string[]
}

/**
 * What is to be sent next in a lane: what was sent by itself before what was sent with a batch, and each
 * in the order in which it was to be sent. One for tomorrow does not overtake what waits by then; and a text
 * that somebody waits for does not overtake a batch's to the same person.
 */
export async function nextMessage(read: Read, turn: Turn): Promise<Next | undefined> {
  // Postgres looks for the second, and for the third, only where there is none before it.
  const inTurn = turn.batches
    ? Prisma.sql`coalesce((SELECT "id" FROM before), (SELECT "id" FROM own), (SELECT "id" FROM batched))`
    : Prisma.sql`(SELECT "id" FROM own)`
  const found = await read(Prisma.sql`
    WITH own AS (${byItself(turn)}), before AS (${ofBatchBefore(turn)}), batched AS (${ofBatches(turn)})
    SELECT message.*, tenant."quietHours", coalesce(number."features", '{}') AS "features"
    FROM "Message" AS message JOIN "Tenant" AS tenant ON tenant."id" = message."tenantId"
    LEFT JOIN "PhoneNumber" AS number
      ON number."tenantId" = message."tenantId" AND number."phoneNumber" = message."from"
    WHERE message."id" = ${inTurn}`)
  const [next] = found as (Message & Omit<Next, 'message'>)[]
  if (!next) return undefined
  const { quietHours, features, ...message } = next
  return { message, quietHours, features }
}

/** As the indexes of lanes have it: see the migrations. */
export const waits = ({ extensionRowId, now }: Turn) => Prisma.sql`
  message."extensionRowId" = ${extensionRowId} AND message."direction" = 'OUTBOUND'
  AND message."status" IN ('QUEUED', 'SENDING') AND (message."status" = 'QUEUED' OR message."mayRetry")
  AND coalesce(message."sendAt" <= ${now}, true)`
export const place = Prisma.sql`GREATEST(message."createdAt", message."sendAt")`
// What a suspended tenant has accepted waits until it is resumed.
const mayLeave = Prisma.sql`
  EXISTS (SELECT FROM "Tenant" WHERE "id" = message."tenantId" AND "status" = 'ACTIVE')`

const byItself = (turn: Turn) => Prisma.sql`
  SELECT "id", "from", "to", ${place} AS "at" FROM "Message" AS message
  WHERE ${waits(turn)} AND "batchId" IS NULL AND ${mayLeave}
  ORDER BY ${place}, "id" LIMIT 1`

/** To the same people as the one by itself, and to be sent before. */
const ofBatchBefore = (turn: Turn) => Prisma.sql`
  SELECT message."id" FROM own
  JOIN "Message" AS message ON message."from" = own."from" AND message."to" = own."to"
  JOIN "MessageBatch" AS batch ON batch."id" = message."batchId" AND batch."status" = 'RUNNING'
  WHERE ${waits(turn)} AND ${place} < own."at"
  ORDER BY ${place}, message."id" LIMIT 1`

/** The first of each batch that runs: of those that are paused there may be thousands, which nobody has to pass. */
const ofBatches = (turn: Turn) => Prisma.sql`
  SELECT first."id" FROM "MessageBatch" AS batch
  CROSS JOIN LATERAL (
    SELECT "id", ${place} AS "at" FROM "Message" AS message
    WHERE "batchId" = batch."id" AND ${waits(turn)} AND ${mayLeave}
    ORDER BY ${place}, "id" LIMIT 1
  ) AS first
  WHERE batch."status" = 'RUNNING'
    AND batch."tenantId" = (SELECT "tenantId" FROM "Extension" WHERE "id" = ${turn.extensionRowId})
  ORDER BY first."at", first."id" LIMIT 1`
