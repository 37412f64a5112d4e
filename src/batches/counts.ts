import type { Db, Tx } from '../db/client.ts'
import type { MessageBatch, MessageStatus } from '../db/generated/client/client.ts'
import { createBatch } from '../graphql/batch.ts'

/** How many texts of a batch have come how far; they add up to `total`. */
export type BatchCounts = {
  total: number
  waiting: number
  sending: number
  sent: number
  delivered: number
  failed: number
  unconfirmed: number
  canceled: number
  expired: number
}

const places: Record<MessageStatus, Exclude<keyof BatchCounts, 'total'>> = {
  QUEUED: 'waiting',
  SCHEDULED: 'waiting',
  SENDING: 'sending',
  SENT: 'sent',
  DELIVERED: 'delivered',
  DELIVERY_FAILED: 'failed',
  SENDING_FAILED: 'failed',
  UNCONFIRMED: 'unconfirmed',
  CANCELED: 'canceled',
  EXPIRED: 'expired',
  RECEIVED: 'sent',
}

export const noCounts: BatchCounts = {
  total: 0,
  waiting: 0,
  sending: 0,
  sent: 0,
  delivered: 0,
  failed: 0,
  unconfirmed: 0,
  canceled: 0,
  expired: 0,
}

/** As of one moment. What is still to become a message waits as well. */
async function countEach(db: Db | Tx, batchIds: readonly string[]): Promise<BatchCounts[]> {
  const found = await db.$queryRaw<Found[]>`
    SELECT b."id", b."size", b."filled", m."status", count(m."status")::int AS "texts"
    FROM "MessageBatch" b LEFT JOIN "Message" m ON m."batchId" = b."id"
    WHERE b."id" = ANY(${batchIds}::text[])
    GROUP BY b."id", m."status"`
  const byId = new Map<string, BatchCounts>()
  for (const { id, size, filled, status, texts } of found) {
    const counts = byId.get(id) ?? { ...noCounts, total: size, waiting: size - filled }
    if (status) counts[places[status]] += texts
    byId.set(id, counts)
  }
  return batchIds.map((id) => byId.get(id) ?? noCounts)
}

type Found = Pick<MessageBatch, 'id' | 'size' | 'filled'> & {
  status: MessageStatus | null
  texts: number
}

export async function countsOf(db: Db | Tx, batchId: string): Promise<BatchCounts> {
  const [counts = noCounts] = await countEach(db, [batchId])
  return counts
}

/** The same for all batches of a page, in one question. */
export const liveCounts = createBatch<string, BatchCounts>(({ db }, batchIds) =>
  countEach(db, batchIds),
)
