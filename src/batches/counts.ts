import type { Db, Tx } from '../db/client.ts'
import type { MessageBatch, MessageStatus } from '../db/generated/client/client.ts'

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

/** What is still to become a message waits as well. */
export async function countsOf(
  db: Db | Tx,
  { id: batchId, size, filled }: Pick<MessageBatch, 'id' | 'size' | 'filled'>,
): Promise<BatchCounts> {
  const counts = { ...noCounts, total: size, waiting: size - filled }
  const found = await db.message.groupBy({ by: ['status'], where: { batchId }, _count: true })
  for (const { status, _count } of found) counts[places[status]] += _count
  return counts
}
