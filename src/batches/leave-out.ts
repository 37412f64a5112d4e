import { RecipientOptedOutError } from '../consents/errors.ts'
import { findOptedOut } from '../consents/opted-out.ts'
import type { Db } from '../db/client.ts'
import type { SendingNumber } from '../messages/sending-number.ts'
import { abroadFor } from '../messages/sms-checks.ts'
import type { checkRows } from './check-rows.ts'
import type { RejectedRow } from './errors.ts'

type Rows = ReturnType<typeof checkRows>
type Reason = Pick<RejectedRow, 'code' | 'message'>

/**
 * Leaves out whom one of the numbers must not text, or cannot: which of them will, is decided later. Who has
 * opted out is looked at again when each text is to leave.
 */
export async function leaveOut(
  db: Db,
  tenantId: string,
  numbers: readonly SendingNumber[],
  { recipients, rejected }: Rows,
): Promise<Rows> {
  const people = recipients.map(({ to }) => to)
  const reasons = new Map<string, Reason>()
  for (const number of numbers) {
    const { phoneNumber } = number
    for (const to of abroadFor(number, people)) {
      const message = `${phoneNumber} cannot text ${to}: it lacks RingCentral’s feature InternationalSmsSender.`
      reasons.set(to, { code: 'INTERNATIONAL_NOT_ALLOWED', message })
    }
  }
  const senders = numbers.map(({ phoneNumber }) => phoneNumber)
  for (const consent of await findOptedOut(db, tenantId, senders, people)) {
    const { code, message } = new RecipientOptedOutError(consent)
    reasons.set(consent.other, { code, message })
  }
  const out = recipients.flatMap(({ line, to }): RejectedRow[] => {
    const reason = reasons.get(to)
    return reason ? [{ line, to, ...reason }] : []
  })
  return {
    recipients: recipients.filter(({ to }) => !reasons.has(to)),
    rejected: [...rejected, ...out].sort((a, b) => a.line - b.line),
  }
}
