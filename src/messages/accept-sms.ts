import { claimConfirmation, requireNoneOptedOut } from '../consents/opted-out.ts'
import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Only } from '../graphql/context.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { acceptMessage } from './accept-message.ts'
import { createAcceptPlain } from './accept-plain.ts'
import { examineSms } from './examine-sms.ts'
import type { SmsInput } from './parse-sms.ts'
import { createFindSender } from './sending-number.ts'

declare module '../graphql/context.ts' {
  interface Services {
    acceptSms: AcceptSms
  }
}

/** `only`: what the viewer is limited to. */
export type AcceptSms = (tenantId: string, input: SmsInput, only?: Only) => Promise<Message>

/**
 * Takes a text to be sent; what is refused leaves no trace.
 *
 * Throws the typed errors of `sendSms`; the same `idempotencyKey` with the same input answers the
 * message that it made the first time, under any parallelism.
 */
export function createAcceptSms({
  db,
  readRows,
  eventLog,
  queue,
  clock,
}: {
  db: Db
  readRows: ReadRows
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}): AcceptSms {
  const findSender = createFindSender({ readRows })
  const acceptPlain = createAcceptPlain({ readRows, eventLog })

  return async (tenantId, input, only) => {
    const { known, ready } = await examineSms({ db, findSender, clock }, tenantId, input, only)
    if (known) return known
    const { number, notBefore, ...rest } = ready()
    const { phoneNumber: from, extensionRowId } = number
    const asked = { tenantId, extensionRowId, type: 'SMS', from, ...rest } as const
    return acceptMessage({ acceptPlain, only, eventLog, queue, clock, admit }, asked, notBefore)
  }

  /** In the transaction that accepts it, so that nobody opts out in between. */
  async function admit(tx: Tx, message: Message): Promise<Message> {
    const { id, tenantId, from: number, to: others } = message
    const [other] = others
    if (message.purpose === null || other === undefined) {
      await requireNoneOptedOut(tx, { tenantId, number, others })
      return message
    }
    const until = await claimConfirmation(tx, { clock }, id, { tenantId, number, other })
    const expiresAt = message.expiresAt && message.expiresAt < until ? message.expiresAt : until
    return tx.message.update({ where: { id }, data: { expiresAt } })
  }
}
