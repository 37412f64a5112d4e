import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { findNumber } from '../numbers/service.ts'
import { CallerIdNotAllowedError } from './errors.ts'

const isSomebodyElses = 'it is the number of another extension'

/**
 * Refuses what surely cannot be shown as the caller: a number without that feature, and one that a
 * colleague has for themselves. Of others, for example the company's own, RingCentral decides.
 *
 * @throws CallerIdNotAllowedError
 */
export async function checkCallerId(
  db: Db,
  { id, tenantId, rcAccountId, extensionId }: Extension,
  callerId: string,
): Promise<void> {
  const number = await findNumber(db, tenantId, callerId)
  if (number && !number.features.includes('CallerId')) {
    throw new CallerIdNotAllowedError(callerId, 'RingCentral has not given it the feature CallerId')
  }
  if (number?.extensionRowId === id) return
  if (number) {
    const isTheirs = number.usageType === 'DirectNumber' && !number.features.includes('Delegated')
    if (isTheirs) throw new CallerIdNotAllowedError(callerId, isSomebodyElses)
    return
  }
  const colleague = await db.directoryEntry.findFirst({
    where: {
      tenantId,
      rcAccountId,
      type: 'User',
      phoneNumbers: { has: callerId },
      NOT: { extensionId },
    },
    select: { id: true },
  })
  if (colleague) throw new CallerIdNotAllowedError(callerId, isSomebodyElses)
}
