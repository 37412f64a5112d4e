import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { acceptMessage } from './accept-message.ts'
import { examineSms } from './examine-sms.ts'
import type { SmsInput } from './parse-sms.ts'

declare module '../graphql/context.ts' {
  interface Services {
    acceptSms: AcceptSms
  }
}

export type AcceptSms = (tenantId: string, input: SmsInput) => Promise<Message>

/**
 * Takes a text to be sent; what is refused leaves no trace.
 *
 * Throws the typed errors of `sendSms`; the same `idempotencyKey` with the same input answers the
 * message that it made the first time, under any parallelism.
 */
export function createAcceptSms({
  db,
  eventLog,
  queue,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}): AcceptSms {
  return async (tenantId, input) => {
    const { known, ready } = await examineSms({ db, clock }, tenantId, input)
    if (known) return known
    const { number, ...asked } = ready()
    const { phoneNumber: from, extensionRowId } = number
    return acceptMessage(
      { eventLog, queue, clock },
      { tenantId, extensionRowId, type: 'SMS', from, ...asked },
    )
  }
}
