import type { Db, Tx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'

const keyOf = (batchId: string) => `batch ${batchId}`

/**
 * Whether the texts of a batch may leave. Who pauses or cancels it waits for the commit of whoever was told yes.
 * Not its row is held: those who fill the batch hold that, and then wait for lanes.
 */
export async function batchRuns(tx: Tx, batchId: string): Promise<boolean> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended(${keyOf(batchId)}, 0))::text`
  const batch = await tx.messageBatch.findUnique({
    where: { id: batchId },
    select: { status: true },
  })
  return batch?.status === 'RUNNING'
}

/** After a batch was stopped: waits for those who saw it run. From then on nothing of it begins to leave. */
export async function waitForLeaving(db: Db, batchId: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${keyOf(batchId)}, 0))::text`
  })
}
