import type { Tx } from '../db/client.ts'
import type { Prisma } from '../db/generated/client/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { Clock } from '../lib/clock.ts'
import { endWaiting } from './end-waiting.ts'
import { expireMessageJob } from './jobs.ts'

const expired = {
  status: 'EXPIRED',
  errorCode: 'EXPIRED',
  errorMessage:
    'It could not be sent within its `validFor`. Its timeline tells what it waited for.',
} as const

/**
 * Ends the waiting of messages whose `validFor` is over: of thousands, some.
 *
 * @returns whether there may be more
 */
export function expireDue(
  tx: Tx,
  record: RecordEvent,
  which: Prisma.MessageWhereInput,
  now: Date,
): Promise<boolean> {
  return endWaiting(tx, record, { ...which, expiresAt: { lte: now } }, expired)
}

export const expireMessage = ({ eventLog, clock }: { eventLog: EventLog; clock: Clock }) =>
  implementJob(expireMessageJob, async ({ messageId }) => {
    await eventLog.transaction((tx, record) =>
      expireDue(tx, record, { id: messageId }, clock.now()),
    )
  })
