import { ensureConversations } from '../conversations/ensure.ts'
import { refreshConversations } from '../conversations/refresh.ts'
import type { Tx } from '../db/client.ts'
import type { MessageBatch } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { expiryOf } from '../messages/accept-message.ts'
import { releaseMessageJob } from '../messages/jobs.ts'
import { wakeLane } from '../messages/send-lane.ts'
import { recordStatus } from '../messages/status.ts'
import type { Planned } from './spread.ts'

/** A transaction should be short: meanwhile the tenant's other events wait. */
const handful = 200

type Deps = { eventLog: EventLog; queue: Pick<JobQueue, 'send'>; clock: Clock }

/**
 * Makes the next messages of a batch, in its order. How many there are stands in the batch and commits with
 * them, so each recipient gets one message however often this is broken off.
 *
 * @returns whether there are more to make
 */
export function fillBatch({ eventLog, queue, clock }: Deps, batchId: string): Promise<boolean> {
  return eventLog.transaction(async (tx, record) => {
    const batch = await holdBatch(tx, batchId)
    if (!batch) return false
    const next = await nextOf(tx, batch)
    if (next.length === 0) return false
    const filled = batch.filled + next.length
    const createdAt = clock.now()
    const later = batch.sendAt && batch.sendAt > createdAt ? batch.sendAt : null
    const sort = { tenantId: batch.tenantId, type: 'SMS', direction: 'OUTBOUND' } as const
    const written = next.map(({ to, ...planned }) => ({
      ...sort,
      ...planned,
      to: [to],
      createdAt,
    }))
    const conversationIds = await ensureConversations(tx, written)
    const messages = await tx.message.createManyAndReturn({
      data: written.map((message, index) => ({
        id: createId('Message'),
        status: later ? 'SCHEDULED' : 'QUEUED',
        ...message,
        batchId,
        conversationId: conversationIds[index] ?? null,
        sendAt: later,
        validFor: batch.validFor,
        ignoreQuietHours: batch.ignoreQuietHours,
        expiresAt: expiryOf(batch.validFor, later ?? batch.createdAt),
      })),
    })
    await tx.messageBatch.update({
      where: { id: batchId },
      data: { filled, ...(filled === batch.size && { plan: [] }) },
    })
    const lanes = Map.groupBy(messages, ({ extensionRowId }) => extensionRowId)
    // In the order of the ids, so that two batches over the same lanes cannot deadlock.
    for (const [extensionRowId, [first]] of [...lanes].sort()) {
      if (!later) await wakeLane(tx, queue, extensionRowId)
      else if (first) {
        // One lets go all that is due in its lane.
        await queue.send(tx, releaseMessageJob, { messageId: first.id }, { startAfter: later })
      }
    }
    for (const message of messages) recordStatus(record, message)
    await refreshConversations(tx, record, messages)
    return filled < batch.size
  })
}

async function nextOf(tx: Tx, { id, filled, size }: HeldBatch): Promise<Planned[]> {
  if (filled === size) return []
  const { plan } = await tx.messageBatch.findUniqueOrThrow({
    where: { id },
    select: { plan: true },
  })
  return (plan as Planned[]).slice(filled, filled + handful)
}

/** A batch without its plan, which may be megabytes. */
export type HeldBatch = Omit<MessageBatch, 'plan'>

/**
 * The batch as it is now; nobody else changes it before the commit. Its texts may change meanwhile: who
 * sends them holds their lane, which this may yet have to wait for, and asks whether the batch exists.
 */
export async function holdBatch(tx: Tx, batchId: string): Promise<HeldBatch | null> {
  await tx.$queryRaw`SELECT 1 FROM "MessageBatch" WHERE "id" = ${batchId} FOR NO KEY UPDATE`
  return tx.messageBatch.findUnique({ where: { id: batchId }, omit: { plan: true } })
}
