import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { ShownRecord } from './way.ts'

/**
 * Which of our messages high-volume records are that RingCentral has answered for by their batch alone: nobody is in a
 * batch twice. They learn their own ids from the list; until then nobody else may take a record for theirs.
 */
export async function findByBatch(
  db: Db | Tx,
  tenantId: string,
  records: readonly ShownRecord[],
): Promise<Map<ShownRecord, Message>> {
  const ids = new Set(records.flatMap(({ batchId }) => batchId ?? []))
  if (ids.size === 0) return new Map()
  const handedOver = await db.message.findMany({
    where: { tenantId, highVolume: true, rcBatchId: { in: [...ids] }, rcMessageId: null },
  })
  const keyOf = (batchId: string | null | undefined, to: string | undefined) => `${batchId} ${to}`
  const known = new Map(handedOver.map((one) => [keyOf(one.rcBatchId, one.to[0]), one]))
  return new Map(
    records.flatMap((record) => {
      const message = known.get(keyOf(record.batchId, record.to[0]?.phoneNumber))
      return message ? [[record, message] as const] : []
    }),
  )
}
