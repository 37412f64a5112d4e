import type { Db } from '../db/client.ts'
import { after, type Clock, days } from '../lib/clock.ts'
import { rcCodesOf, smsErrorFamilies } from '../ringcentral/sms-error-families.ts'
import { explainSendingError } from '../ringcentral/sms-errors.ts'
import type { Problem } from './findings.ts'
import type { SendingNumber } from './sending-number.ts'

/** What carriers say of a number, and RingCentral does not tell before: nothing of it is about one text. */
const aboutNumbers = ['SENDER_NOT_VERIFIED', 'SENDER_FLAGGED', 'VOLUME_EXCEEDED'] as const
const rcCodes = aboutNumbers.flatMap(rcCodesOf)

/**
 * Warns of what carriers said of a number within a day, if nothing of it has arrived since. No error: when it
 * has been verified meanwhile, or its day is over, only the next text shows.
 */
export async function carrierRefusals(
  { db, clock }: { db: Db; clock: Clock },
  { extensionRowId, phoneNumber }: SendingNumber,
): Promise<Problem[]> {
  const sent = { extensionRowId, from: phoneNumber, direction: 'OUTBOUND' } as const
  const refused = await db.message.findFirst({
    where: {
      ...sent,
      status: { in: ['DELIVERY_FAILED', 'SENDING_FAILED'] },
      createdAt: { gt: after(clock.now(), -days(1)) },
      errorCode: { in: rcCodes },
    },
    orderBy: { createdAt: 'desc' },
    select: { createdAt: true, errorCode: true },
  })
  if (!refused) return []
  const arrived = await db.message.findFirst({
    where: { ...sent, status: 'DELIVERED', createdAt: { gt: refused.createdAt } },
    select: { id: true },
  })
  const { code } = explainSendingError(refused.errorCode)
  if (arrived || code === 'UNKNOWN') return []
  const { cause, remedy } = smsErrorFamilies[code]
  const message = `The last text from ${phoneNumber} came back with ${refused.errorCode}. ${cause} ${remedy}`
  return [{ severity: 'WARNING', code, field: 'from', message }]
}
