import type { Tx } from '../db/client.ts'
import type { Consent, Prisma } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { after, minutes } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { holdConsents } from './hold-consents.ts'

export type ConsentNews = Pick<Consent, 'tenantId' | 'number' | 'other' | 'status' | 'source'> & {
  /** When it was said, by the clock of who heard it. */
  at: Date
  /** RingCentral does not know it, and has to be told. */
  isOurs?: boolean
  /** RingCentral's record of what some program has set: perhaps of what it was told by us. */
  mayBeEcho?: boolean
} & Partial<Pick<Consent, 'keyword' | 'messageId' | 'note'>>

/** RingCentral's own record of a keyword may be here before the text, and is written a little later. */
const recordTakes = minutes(1)

/**
 * Notes whether somebody wants texts, with its event. What counts is when it was said, not when we hear
 * of it: an old STOP that is found late does not undo a newer START. Of two that were said in the same
 * moment STOP counts.
 *
 * @returns what changed; undefined when it is no news
 */
export async function recordConsent(
  tx: Tx,
  record: RecordEvent,
  { at, isOurs = false, mayBeEcho = false, ...news }: ConsentNews,
): Promise<Consent | undefined> {
  const { tenantId, number, other, status, source } = news
  await holdConsents(tx, { tenantId, number, others: [other] }, 'change')
  const where = { tenantId_number_other: { tenantId, number, other } }
  const known = await tx.consent.findUnique({ where })
  const said = source === 'API' && known && known.heardAt >= at ? after(known.heardAt, 1) : at
  if (known?.status === status && !saysMore(known, source, said)) {
    if (said > known.heardAt) await tx.consent.update({ where, data: { heardAt: said } })
    return undefined
  }
  if (known && known.status !== status && isOlder(known, status, said)) return undefined
  if (mayBeEcho && known?.toTell && said < after(known.changedAt, recordTakes)) return undefined
  const facts = {
    ...news,
    keyword: news.keyword ?? null,
    messageId: news.messageId ?? null,
    note: news.note ?? null,
    changedAt: said,
    heardAt: known && known.heardAt > said ? known.heardAt : said,
    // What was confirmed and told was the consent before; what is being told just now is older than this.
    confirmationId: known && isSameWord(known, news, said) ? known.confirmationId : null,
    toTell: isOurs || (known?.toTell ?? false),
    toldAt: null,
    mirrorError: null,
  } satisfies Omit<Prisma.ConsentUncheckedCreateInput, 'id'>
  const consent = await tx.consent.upsert({
    where,
    create: { id: createId('Consent'), ...facts },
    update: facts,
  })
  recordChange(record, consent)
  return consent
}

export function recordChange(record: RecordEvent, consent: Consent): void {
  // How the telling goes on is the gateway's own bookkeeping.
  const { tellingUntil: _, ...snapshot } = consent
  const { tenantId, id: subjectId } = consent
  record({ type: 'consent.changed', tenantId, subjectId, snapshot })
}

/** The same once more: somebody says STOP again, or we learn by which word RingCentral knew it. */
function saysMore(known: Consent, source: Consent['source'], at: Date): boolean {
  if (source !== 'KEYWORD') return false
  if (known.source === 'RINGCENTRAL') return at >= after(known.changedAt, -recordTakes)
  return at > known.changedAt
}

/** RingCentral's record and the text that it was made of are one opt-out, with one confirmation. */
function isSameWord(
  known: Consent,
  { status, source }: Pick<Consent, 'status' | 'source'>,
  at: Date,
) {
  const isRecordOf =
    known.status === status && known.source === 'RINGCENTRAL' && source === 'KEYWORD'
  return isRecordOf && at <= after(known.changedAt, recordTakes)
}

function isOlder(known: Consent, status: Consent['status'], at: Date): boolean {
  return at < known.heardAt || (at.getTime() === known.heardAt.getTime() && status === 'OPTED_IN')
}
