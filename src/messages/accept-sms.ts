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
import { createRememberedSenders } from './remembered-senders.ts'
import { createFindSender, type FindSender } from './sending-number.ts'

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
  const ask = createFindSender({ readRows })
  const senders = createRememberedSenders()
  const acceptPlain = createAcceptPlain({ readRows, eventLog })

  const findSender: FindSender = async (tenantId, asked) => {
    const sender = await ask(tenantId, asked)
    if (sender) senders.remember(tenantId, sender)
    return sender
  }

  return async (tenantId, input, only) => {
    const accepted = await acceptByMemory(tenantId, input, only)
    if (accepted) return accepted
    const { known, ready } = await examineSms({ db, findSender, clock }, tenantId, input, only)
    if (known) return known
    const { number, notBefore, ...rest } = ready()
    const { phoneNumber: from, extensionRowId } = number
    const asked = { tenantId, extensionRowId, type: 'SMS', from, ...rest } as const
    return acceptMessage({ acceptPlain, only, eventLog, queue, clock, admit }, asked, notBefore)
  }

  /** Most texts are sent by whom we know, and whoever takes them sees whether they are still who they were. */
  async function acceptByMemory(tenantId: string, input: SmsInput, only?: Only) {
    const sender = isSimple(input) && senders.recall(tenantId, input.from ?? '')
    if (!sender) return undefined
    const findSender = async () => sender
    const examined = await examineSms({ db, findSender, clock }, tenantId, input, only)
    const { known, problems, notBefore, ready } = examined
    if (known) return known
    // What is wrong may be so no more, and is for who looks anew to say.
    if (notBefore || problems.some(({ error }) => error)) return undefined
    const { number, notBefore: _, ...rest } = ready()
    const { phoneNumber: from, extensionRowId } = number
    return acceptPlain({ tenantId, extensionRowId, type: 'SMS', from, ...rest }, clock.now())
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

/** A number that texts somebody words. */
function isSimple({ templateId, attachments, validFor, sendAt, purpose }: SmsInput): boolean {
  return [templateId, validFor, sendAt, purpose].every((one) => one == null) && !attachments?.length
}
