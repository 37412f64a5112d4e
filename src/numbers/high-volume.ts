import type { PhoneNumber } from '../db/generated/client/client.ts'

/** Whether a number texts by RingCentral's high-volume service (A2P): then it sends nothing in any other way. */
export function isHighVolume({ features }: Pick<PhoneNumber, 'features'>): boolean {
  return features.includes('A2PSmsSender')
}
