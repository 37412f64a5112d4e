import type { Db, Tx } from '../db/client.ts'
import type { Consent } from '../db/generated/client/client.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { RecipientOptedOutError } from './errors.ts'
import { holdConsents, type Pairs } from './hold-consents.ts'

/** Regulation allows one text that confirms an opt-out, so soon after it. */
const confirmWithin = minutes(5)

/** Who of the others wants no texts from this number. It stays so until the commit. */
export async function optedOutOf(tx: Tx, pairs: Pairs): Promise<Consent[]> {
  await holdConsents(tx, pairs, 'read')
  const { tenantId, number, others } = pairs
  return tx.consent.findMany({
    where: { tenantId, number, other: { in: [...others] }, status: 'OPTED_OUT' },
    orderBy: { other: 'asc' },
  })
}

/** Who of some people wants no texts from one of some numbers: also of thousands, and before it counts. */
export async function findOptedOut(
  db: Db,
  tenantId: string,
  numbers: readonly string[],
  others: readonly string[],
): Promise<Consent[]> {
  return db.$queryRaw`
    SELECT * FROM "Consent" WHERE "tenantId" = ${tenantId} AND "status" = 'OPTED_OUT'
      AND "number" = ANY(${numbers}) AND "other" = ANY(${others})
    ORDER BY "number", "other"`
}

/** @throws RecipientOptedOutError */
export async function requireNoneOptedOut(tx: Tx, pairs: Pairs): Promise<void> {
  const [first] = await optedOutOf(tx, pairs)
  if (first) throw new RecipientOptedOutError(first)
}

/**
 * Claims the one text that may confirm an opt-out.
 *
 * @returns until when it may be sent
 * @throws RecipientOptedOutError when another text has confirmed it, or its time is over; InvalidInputError when there is none
 */
export async function claimConfirmation(
  tx: Tx,
  { clock }: { clock: Clock },
  messageId: string,
  pair: { tenantId: string; number: string; other: string },
): Promise<Date> {
  const { tenantId, number, other } = pair
  await holdConsents(tx, { tenantId, number, others: [other] }, 'change')
  const where = { tenantId_number_other: { tenantId, number, other } }
  const consent = await tx.consent.findUnique({ where })
  if (consent?.status !== 'OPTED_OUT') {
    throw new InvalidInputError(
      'purpose',
      `${other} has not opted out of texts from ${number}: there is nothing to confirm.`,
    )
  }
  const until = after(consent.changedAt, confirmWithin)
  if (consent.confirmationId !== null || until <= clock.now()) {
    throw new RecipientOptedOutError(consent)
  }
  await tx.consent.update({ where, data: { confirmationId: messageId } })
  return until
}
