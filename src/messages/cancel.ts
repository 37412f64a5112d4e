import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { MessageNotFoundError } from './errors.ts'
import { holdMessage } from './hold-message.ts'
import { moveStatus, noteStep } from './status.ts'
import { tendBatchesOf } from './tend-batches.ts'

declare module '../graphql/context.ts' {
  interface Services {
    cancelMessage: CancelMessage
  }
}

export type CancelOutcome = 'CANCELED' | 'REQUESTED' | 'TOO_LATE'
export type Cancellation = { outcome: CancelOutcome; message: Message }
export type CancelMessage = (tenantId: string, messageId: string) => Promise<Cancellation>

/**
 * Takes a message back, if it is not too late. What RingCentral may have already cannot be taken back, and
 * nobody knows yet: then the wish is noted, and done as soon as RingCentral turns out not to have it.
 *
 * The message is held meanwhile: an attempt has either begun and is seen, or finds it canceled.
 */
export function createCancelMessage({
  eventLog,
  queue,
  clock,
}: {
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}): CancelMessage {
  return (tenantId, messageId) =>
    eventLog.transaction(async (tx, record) => {
      const message = await holdOutbound(tx, tenantId, messageId)
      if (mayBeTakenBack(message)) {
        const note = 'Taken back before it was sent.'
        const canceled = await moveStatus(tx, record, messageId, { to: 'CANCELED', note })
        await tendBatchesOf(tx, { queue, clock }, [message])
        return { outcome: 'CANCELED', message: canceled ?? message }
      }
      if (message.status === 'CANCELED') return { outcome: 'CANCELED', message }
      if (message.status !== 'SENDING') return { outcome: 'TOO_LATE', message }
      if (message.cancelRequestedAt) return { outcome: 'REQUESTED', message }
      const asked = await tx.message.update({
        where: { id: messageId },
        data: { cancelRequestedAt: clock.now() },
      })
      await noteStep(tx, asked, {
        note: 'To be taken back: RingCentral may have it already, which has to be found out first.',
      })
      return { outcome: 'REQUESTED', message: asked }
    })
}

/** @throws MessageNotFoundError also for what came in */
export async function holdOutbound(tx: Tx, tenantId: string, messageId: string): Promise<Message> {
  const message = await holdMessage(tx, messageId)
  if (message?.tenantId === tenantId && message.direction === 'OUTBOUND') return message
  throw new MessageNotFoundError(messageId)
}

/** RingCentral does not have it, and nobody is handing it over. */
function mayBeTakenBack({ status, mayRetry }: Message): boolean {
  return status === 'QUEUED' || status === 'SCHEDULED' || (status === 'SENDING' && mayRetry)
}
