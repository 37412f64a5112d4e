import type { Tx } from '../db/client.ts'
import type { Prisma } from '../db/generated/client/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { Clock } from '../lib/clock.ts'
import { expireMessageJob } from './jobs.ts'
import { recordStep } from './status.ts'

/**
 * Ends the waiting of messages whose `validFor` is over. What is on its way to RingCentral, or may
 * have arrived there, is not touched: it is too late for that.
 */
export async function expireDue(
  tx: Tx,
  record: RecordEvent,
  which: Prisma.MessageWhereInput,
  now: Date,
): Promise<void> {
  const expired = await tx.message.updateManyAndReturn({
    where: {
      ...which,
      expiresAt: { lte: now },
      OR: [{ status: { in: ['QUEUED', 'SCHEDULED'] } }, { status: 'SENDING', mayRetry: true }],
    },
    data: {
      status: 'EXPIRED',
      errorCode: 'EXPIRED',
      errorMessage:
        'It could not be sent within its `validFor`. Its timeline tells what it waited for.',
      mayRetry: false,
    },
  })
  for (const message of expired) await recordStep(tx, record, message)
}

export const expireMessage = ({ eventLog, clock }: { eventLog: EventLog; clock: Clock }) =>
  implementJob(expireMessageJob, async ({ messageId }) => {
    await eventLog.transaction((tx, record) =>
      expireDue(tx, record, { id: messageId }, clock.now()),
    )
  })
