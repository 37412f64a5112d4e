import type { Db, Tx } from '../db/client.ts'
import type { PhoneNumber } from '../db/generated/client/client.ts'
import { createId } from '../lib/ids.ts'

/** An SMS-capable number as RingCentral tells it. */
export type DiscoveredNumber = Pick<
  PhoneNumber,
  'phoneNumber' | 'rcNumberId' | 'label' | 'usageType' | 'paymentType' | 'features'
>

/** The number that may send as `phoneNumber` for a tenant, with the extension that owns it. */
export function findNumber(db: Db | Tx, tenantId: string, phoneNumber: string) {
  return db.phoneNumber.findUnique({
    where: { tenantId_phoneNumber: { tenantId, phoneNumber } },
    include: { extension: true },
  })
}

/**
 * Makes the numbers of an extension those that RingCentral tells. A number that moved here from
 * another extension keeps its id; what is not told any more is gone.
 */
export async function replaceNumbers(
  tx: Tx,
  owner: { tenantId: string; extensionRowId: string; at: Date },
  numbers: DiscoveredNumber[],
): Promise<void> {
  const { tenantId, extensionRowId, at } = owner
  await tx.phoneNumber.deleteMany({
    where: { extensionRowId, phoneNumber: { notIn: numbers.map((n) => n.phoneNumber) } },
  })
  for (const number of numbers) {
    const facts = { ...number, extensionRowId, discoveredAt: at }
    await tx.phoneNumber.upsert({
      where: { tenantId_phoneNumber: { tenantId, phoneNumber: number.phoneNumber } },
      create: { id: createId('PhoneNumber'), tenantId, ...facts },
      update: facts,
    })
  }
}
