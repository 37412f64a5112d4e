import { type Keyword, keywordIn } from '../consents/keywords.ts'
import { requestTelling } from '../consents/mirror.ts'
import { recordConsent } from '../consents/record-consent.ts'
import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, hours } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { cancelOptedOut } from './cancel-opted-out.ts'
import { wakeLane } from './send-lane.ts'
import { recordStatus } from './status.ts'
import { tendBatchesOf } from './tend-batches.ts'

type Deps = { queue: Pick<JobQueue, 'send'>; clock: Clock }

type Heard = Keyword & { message: Message; number: string }

/** Who asked longer ago than that, in a text that is found late or imported, waits for no answer any more. */
const helpWithin = hours(1)

/**
 * Does what texts ask for that are one of RingCentral's keywords, in the transaction that they come in with:
 * STOP takes back what waits to be sent, HELP is answered once. Called last: consents are held after messages.
 */
export async function hearKeywords(
  tx: Tx,
  record: RecordEvent,
  deps: Deps,
  received: readonly Message[],
): Promise<void> {
  const heard: Heard[] = []
  for (const message of received) {
    const keyword = message.type === 'SMS' ? keywordIn(message.text) : undefined
    // Short codes and withheld numbers are nobody who could be texted.
    if (!keyword || !message.from.startsWith('+')) continue
    for (const number of await numbersOf(tx, message)) heard.push({ ...keyword, message, number })
  }
  for (const one of heard) {
    if (one.means === 'HELP') await answerHelp(tx, record, deps, one)
  }
  const pairOf = ({ number, message: { from } }: Heard) => `${number} ${from}`
  for (const one of heard.toSorted((a, b) => pairOf(a).localeCompare(pairOf(b), 'en'))) {
    if (one.means !== 'HELP') await changeConsent(tx, record, deps, one.means, one)
  }
}

/** Which of the tenant's own numbers it was sent to: in a group there are others. */
async function numbersOf(tx: Tx, { extensionRowId, to }: Message): Promise<string[]> {
  const own = await tx.phoneNumber.findMany({
    where: { extensionRowId, phoneNumber: { in: to } },
    select: { phoneNumber: true },
  })
  if (own.length > 0) return own.map(({ phoneNumber }) => phoneNumber)
  // The number may have gone meanwhile; what was said to it still holds.
  return to.length === 1 ? to : []
}

async function changeConsent(
  tx: Tx,
  record: RecordEvent,
  deps: Deps,
  status: 'OPTED_IN' | 'OPTED_OUT',
  { message, number, word: keyword, isListed }: Heard,
): Promise<void> {
  const { id: messageId, tenantId, from: other, createdAt: at } = message
  const changed = await recordConsent(tx, record, {
    ...{ tenantId, number, other, status, at, keyword, messageId },
    source: 'KEYWORD',
    isOurs: !isListed,
  })
  if (changed?.toTell) await requestTelling(tx, deps.queue, changed)
  if (!changed || status !== 'OPTED_OUT') return
  await tendBatchesOf(tx, deps, await cancelOptedOut(tx, record, changed))
}

/** Also to who has opted out: it is what they ask for. */
async function answerHelp(
  tx: Tx,
  record: RecordEvent,
  { queue, clock }: Deps,
  { message, number }: Heard,
): Promise<void> {
  const { tenantId, extensionRowId, conversationId, from: other, to, createdAt } = message
  const { helpText } = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } })
  if (helpText === null || to.length > 1) return
  if (createdAt < after(clock.now(), -helpWithin)) return
  const answer = await tx.message.create({
    data: {
      id: createId('Message'),
      tenantId,
      extensionRowId,
      // Of what asked for it, which is brought up to both by who calls.
      conversationId,
      direction: 'OUTBOUND',
      status: 'QUEUED',
      purpose: 'HELP_REPLY',
      from: number,
      to: [other],
      text: helpText,
      createdAt: clock.now(),
    },
  })
  recordStatus(record, answer)
  await wakeLane(tx, queue, extensionRowId)
}
