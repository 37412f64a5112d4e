import type { Db, Tx } from '../db/client.ts'
import type { MessageBatch } from '../db/generated/client/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { waitForLeaving } from '../messages/batch-runs.ts'
import { tendBatchJob } from '../messages/jobs.ts'
import { wakeLane } from '../messages/send-lane.ts'
import { BatchFinishedError } from './errors.ts'
import { type HeldBatch, holdBatch } from './fill-batch.ts'

declare module '../graphql/context.ts' {
  interface Services {
    batchChanges: ReturnType<typeof createBatchChanges>
  }
}

/**
 * Pausing, resuming and taking back batches. Each may be repeated. A text that is being handed to RingCentral
 * at that moment is not called back; nothing after it leaves.
 *
 * All throw BatchFinishedError, and answer undefined when the tenant has no such batch.
 */
export function createBatchChanges({
  db,
  eventLog,
  queue,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) {
  type Change = Partial<Pick<MessageBatch, 'status' | 'pausedAt' | 'finishedAt'>>

  type Decide = (batch: HeldBatch) => Change | 'so already'

  function change(
    tenantId: string,
    batchId: string,
    decide: Decide,
    then?: (tx: Tx) => Promise<void>,
  ): Promise<HeldBatch | undefined> {
    return eventLog.transaction(async (tx, record) => {
      const batch = await holdBatch(tx, batchId)
      if (batch?.tenantId !== tenantId) return undefined
      const decided = decide(batch)
      if (decided === 'so already') return batch
      const changed = await tx.messageBatch.update({
        where: { id: batchId },
        data: decided,
        omit: { plan: true },
      })
      await then?.(tx)
      recordBatch(record, changed)
      // Not the key of the job that looks later: that one may be waiting.
      await queue.send(tx, tendBatchJob, { batchId }, { singletonKey: `${batchId} now` })
      return changed
    })
  }

  /** Answers when nothing of it can leave any more. */
  async function stop(tenantId: string, batchId: string, decide: Decide) {
    const stopped = await change(tenantId, batchId, decide)
    if (stopped) await waitForLeaving(db, batchId)
    return stopped
  }

  const unlessOver = ({ status }: HeldBatch) => {
    if (status === 'COMPLETED' || status === 'CANCELED') throw new BatchFinishedError(status)
  }

  return {
    pause: (tenantId: string, batchId: string) =>
      stop(tenantId, batchId, (batch) => {
        unlessOver(batch)
        if (batch.status === 'PAUSED') return 'so already'
        return { status: 'PAUSED', pausedAt: clock.now() }
      }),

    resume: (tenantId: string, batchId: string) =>
      change(
        tenantId,
        batchId,
        (batch) => {
          unlessOver(batch)
          if (batch.status === 'RUNNING') return 'so already'
          return { status: 'RUNNING', pausedAt: null }
        },
        async (tx) => {
          const lanes = await tx.message.findMany({
            where: { batchId, status: { in: ['QUEUED', 'SENDING'] } },
            distinct: ['extensionRowId'],
            orderBy: { extensionRowId: 'asc' },
            select: { extensionRowId: true },
          })
          for (const { extensionRowId } of lanes) await wakeLane(tx, queue, extensionRowId)
        },
      ),

    cancel: (tenantId: string, batchId: string) =>
      stop(tenantId, batchId, (batch) => {
        if (batch.status === 'CANCELED') return 'so already'
        unlessOver(batch)
        return { status: 'CANCELED', finishedAt: clock.now() }
      }),
  }
}

/** Tells subscribers how a batch stands now. */
export function recordBatch(record: RecordEvent, batch: HeldBatch): void {
  const { requestHash: _, rejected: _too, ...snapshot } = batch
  record({ type: 'batch.changed', tenantId: batch.tenantId, subjectId: batch.id, snapshot })
}
