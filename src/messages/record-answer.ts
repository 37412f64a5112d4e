import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import type { RingCentralError } from '../ringcentral/errors.ts'
import type { Attempt } from './attempts.ts'
import { believeOptOut } from './believe-opt-out.ts'
import { explainRefusal } from './hand-over.ts'
import { moveStatus, moveStatuses } from './status.ts'
import { watchDeliveries } from './watch-deliveries.ts'
import type { HandedOver } from './way.ts'

/** Writes down what RingCentral answered to a request: what it took, and what it left out. */
export async function recordAnswer(
  tx: Tx,
  record: RecordEvent,
  { queue, clock }: { queue: Pick<JobQueue, 'send'>; clock: Clock },
  attempt: Attempt,
  { requestId: rcRequestId, taken, change, refused }: HandedOver,
): Promise<void> {
  const [first] = taken
  if (first) {
    await attempt.finish(tx, record, { outcome: 'ACCEPTED', rcRequestId }, taken)
    const ids = taken.map(({ id }) => id)
    await moveStatuses(tx, record, ids, change)
    await watchDeliveries(tx, { queue, clock }, first)
  }
  const moved: (Message | undefined)[] = []
  for (const { message, error } of refused) {
    moved.push(...(await recordRefusal(tx, record, attempt, [message], error)))
  }
  // Consents are held after messages.
  for (const message of moved) await believeOptOut(tx, record, message)
}

/** RingCentral said no to them, and will again. */
export async function recordRefusal(
  tx: Tx,
  record: RecordEvent,
  attempt: Attempt,
  messages: readonly Message[],
  error: RingCentralError,
): Promise<(Message | undefined)[]> {
  await attempt.finish(tx, record, { outcome: 'REFUSED', error }, messages)
  const moved: (Message | undefined)[] = []
  for (const message of messages) {
    moved.push(
      await moveStatus(tx, record, message.id, {
        to: 'SENDING_FAILED',
        errorCode: error.code ?? (error.status ? `HTTP_${error.status}` : 'UNKNOWN'),
        errorMessage: explainRefusal(message, error),
      }),
    )
  }
  return moved
}
