import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { expiryOf } from './accept-message.ts'
import { holdOutbound } from './cancel.ts'
import { MessageNotWaitingError } from './errors.ts'
import { expireMessageJob } from './jobs.ts'
import { isOverBy } from './not-before.ts'
import { checkSendAt } from './parse-message.ts'
import { quietUntil } from './quiet.ts'
import { putOff } from './release.ts'
import { recordStatus } from './status.ts'

declare module '../graphql/context.ts' {
  interface Services {
    rescheduleMessage: RescheduleMessage
  }
}

export type RescheduleMessage = (
  tenantId: string,
  messageId: string,
  sendAt: Date,
) => Promise<Message>

/**
 * Gives a message that waits another time, from which its `validFor` counts anew. Held meanwhile, as
 * for canceling it.
 *
 * Throws MessageNotFoundError, MessageNotWaitingError, InvalidInputError.
 */
export function createRescheduleMessage({
  eventLog,
  queue,
  clock,
}: {
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}): RescheduleMessage {
  return (tenantId, messageId, wanted) =>
    eventLog.transaction(async (tx, record) => {
      const message = await holdOutbound(tx, tenantId, messageId)
      if (message.status !== 'QUEUED' && message.status !== 'SCHEDULED') {
        throw new MessageNotWaitingError(messageId, message.status)
      }
      checkSendAt(wanted, clock.now())
      const quiet = await quietUntil(tx, { clock }, message, wanted)
      if (quiet && isOverBy(quiet, message.validFor, wanted)) {
        throw new InvalidInputError(
          'sendAt',
          `Quiet hours would hold it back until ${quiet.toISOString()}, and its \`validFor\` is over by then: it would never be sent. Name a time outside of them.`,
        )
      }
      const sendAt = quiet ?? wanted
      const moved = await tx.message.update({
        where: { id: messageId },
        data: { status: 'SCHEDULED', sendAt, expiresAt: expiryOf(message.validFor, wanted) },
      })
      await putOff(tx, queue, moved, sendAt, quiet ? 'Quiet hours' : 'Given another time')
      if (moved.expiresAt) {
        await queue.send(tx, expireMessageJob, { messageId }, { startAfter: moved.expiresAt })
      }
      recordStatus(record, moved)
      return moved
    })
}
