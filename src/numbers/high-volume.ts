import type { Db } from '../db/client.ts'
import type { PhoneNumber } from '../db/generated/client/client.ts'

const feature = 'A2PSmsSender'

/** Whether a number texts by RingCentral's high-volume service (A2P): then it sends nothing in any other way. */
export function isHighVolume({ features }: Pick<PhoneNumber, 'features'>): boolean {
  return features.includes(feature)
}

/** Those of an extension. */
export async function highVolumeNumbers(db: Db, extensionRowId: string): Promise<string[]> {
  const numbers = await db.phoneNumber.findMany({
    where: { extensionRowId, features: { has: feature } },
    select: { phoneNumber: true },
  })
  return numbers.map(({ phoneNumber }) => phoneNumber)
}
