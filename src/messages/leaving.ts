import { optedOutOf } from '../consents/opted-out.ts'
import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { quietHoursOf } from '../tenants/settings.ts'
import { batchRuns } from './batch-runs.ts'
import { optedOut } from './cancel-opted-out.ts'
import { expireDue } from './expire.ts'
import { holdMessage, holdMessages } from './hold-message.ts'
import { quietUntil } from './quiet.ts'
import { putOff } from './release.ts'
import { recordStatus, recordStep, takeBack } from './status.ts'

type Deps = { queue: Pick<JobQueue, 'send'>; clock: Clock }

/**
 * Whether a message may leave now, asked in the transaction that writes its attempt: what it depends on stays
 * so until the commit. Whoever takes it back, or opts out, has either committed before and is seen, or waits
 * until it is on its way. What must not leave comes to its end here, or is put off.
 */
export async function mayLeave(
  tx: Tx,
  record: RecordEvent,
  { queue, clock }: Deps,
  messageId: string,
): Promise<boolean> {
  const message = await holdMessage(tx, messageId)
  const waits = message?.status === 'QUEUED' || (message?.status === 'SENDING' && message.mayRetry)
  if (!waits) return false
  if (message.batchId && !(await batchRuns(tx, message.batchId))) return false
  const now = clock.now()
  if (message.sendAt && message.sendAt > now) return false
  if (message.cancelRequestedAt) {
    await takeBack(tx, record, messageId)
    return false
  }
  if (message.expiresAt && message.expiresAt <= now) {
    await expireDue(tx, record, { id: messageId }, now)
    return false
  }
  const until = await quietUntil(tx, { clock }, message, now)
  if (await isOptedOut(tx, message)) {
    const canceled = await tx.message.update({ where: { id: messageId }, data: optedOut })
    await recordStep(tx, record, canceled)
    return false
  }
  if (until) await holdUntil(tx, record, { queue }, message, until)
  return !until
}

/**
 * The same of messages that are to leave in one request. All of them are held before anything is known of consents, in
 * one order; each that must not leave comes to its end, so that the others leave the next time.
 */
export async function allMayLeave(
  tx: Tx,
  record: RecordEvent,
  deps: Deps,
  messages: readonly Message[],
): Promise<boolean> {
  const [first] = messages
  if (!first) return false
  if (messages.length === 1) return mayLeave(tx, record, deps, first.id)
  const held = await holdMessages(tx, messages)
  let all = held.length === messages.length
  for (const { id } of await whoMayNot(tx, deps, held)) {
    all = (await mayLeave(tx, record, deps, id)) && all
  }
  return all
}

/** Looked at together, since fifty by themselves take longer than a request may wait: texts of one batch and number. */
async function whoMayNot(tx: Tx, { clock }: Deps, held: readonly Message[]): Promise<Message[]> {
  const [first] = held
  if (!first) return []
  const { tenantId, from: number, batchId } = first
  if (batchId && !(await batchRuns(tx, batchId))) return [...held]
  const now = clock.now()
  const waits = ({ status, mayRetry, sendAt, cancelRequestedAt, expiresAt }: Message) =>
    (status === 'QUEUED' || (status === 'SENDING' && mayRetry)) &&
    !(sendAt && sendAt > now) &&
    !(expiresAt && expiresAt <= now) &&
    !cancelRequestedAt
  const others = held.flatMap(({ to }) => to)
  const out = await optedOutOf(tx, { tenantId, number, others })
  const quietHours = await quietHoursOf(tx, tenantId)
  const doubtful: Message[] = []
  for (const message of held) {
    const isOut = out.some(({ other }) => message.to.includes(other))
    const isQuiet = quietHours && (await quietUntil(tx, { clock }, message, now))
    if (!waits(message) || isOut || isQuiet) doubtful.push(message)
  }
  return doubtful
}

/** Purposes that reach also who has opted out: their own question answered, and the one confirmation of it. */
async function isOptedOut(tx: Tx, { id, type, tenantId, from, to, purpose }: Message) {
  if (type !== 'SMS' || purpose === 'HELP_REPLY') return false
  const out = await optedOutOf(tx, { tenantId, number: from, others: to })
  return out.some((consent) => purpose === null || consent.confirmationId !== id)
}

/** A text that has been tried stays SENDING, since no status goes backwards; it leaves later all the same. */
async function holdUntil(
  tx: Tx,
  record: RecordEvent,
  { queue }: Pick<Deps, 'queue'>,
  { id, status }: Message,
  sendAt: Date,
): Promise<void> {
  const held = await tx.message.update({
    where: { id },
    data: { sendAt, ...(status === 'QUEUED' && { status: 'SCHEDULED' }) },
  })
  await putOff(tx, queue, held, sendAt, 'Quiet hours')
  recordStatus(record, held)
}
