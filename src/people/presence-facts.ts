import type {
  Availability,
  DoNotDisturb,
  Presence,
  TelephonyStatus,
} from '../db/generated/client/client.ts'
import type { PresenceChange } from '../ringcentral/client.ts'

/** What RingCentral says of somebody, read or told: each member may be missing. */
export type ToldPresence = {
  presenceStatus?: string | undefined
  userStatus?: string | undefined
  telephonyStatus?: string | undefined
  dndStatus?: string | undefined
  message?: string | undefined
}

/** The same in our words. */
export type PresenceFacts = Pick<
  Presence,
  'availability' | 'userStatus' | 'telephonyStatus' | 'doNotDisturb' | 'message'
>

const availabilities: Record<string, Availability> = {
  Available: 'AVAILABLE',
  Busy: 'BUSY',
  Offline: 'OFFLINE',
}
const telephonyStatuses: Record<string, TelephonyStatus> = {
  NoCall: 'NO_CALL',
  Ringing: 'RINGING',
  CallConnected: 'CALL_CONNECTED',
  OnHold: 'ON_HOLD',
  ParkedCall: 'PARKED',
}
const doNotDisturbs: Record<string, DoNotDisturb> = {
  TakeAllCalls: 'OFF',
  DoNotAcceptAnyCalls: 'ALL',
  DoNotAcceptDepartmentCalls: 'QUEUES',
  TakeDepartmentCallsOnly: 'ALL_BUT_QUEUES',
}

/** What is not told stays as it was known; what nobody knows is OFFLINE, as RingCentral has it of those without presence. */
export function factsOf(told: ToldPresence, known: PresenceFacts | null): PresenceFacts {
  return {
    availability: availabilities[told.presenceStatus ?? ''] ?? known?.availability ?? 'OFFLINE',
    userStatus: availabilities[told.userStatus ?? ''] ?? known?.userStatus ?? null,
    telephonyStatus:
      telephonyStatuses[told.telephonyStatus ?? ''] ?? known?.telephonyStatus ?? null,
    doNotDisturb: doNotDisturbs[told.dndStatus ?? ''] ?? known?.doNotDisturb ?? null,
    // Empty is told when it is taken back.
    message:
      told.message === undefined
        ? (known?.message ?? null)
        : told.message.replaceAll('\u0000', '') || null,
  }
}

export function sameFacts(a: PresenceFacts, b: PresenceFacts): boolean {
  return (
    a.availability === b.availability &&
    a.userStatus === b.userStatus &&
    a.telephonyStatus === b.telephonyStatus &&
    a.doNotDisturb === b.doNotDisturb &&
    a.message === b.message
  )
}

export const userStatusAtRingCentral = {
  AVAILABLE: 'Available',
  BUSY: 'Busy',
  OFFLINE: 'Offline',
} as const satisfies Record<Availability, PresenceChange['userStatus']>

export const doNotDisturbAtRingCentral = {
  OFF: 'TakeAllCalls',
  ALL: 'DoNotAcceptAnyCalls',
  QUEUES: 'DoNotAcceptDepartmentCalls',
  ALL_BUT_QUEUES: 'TakeDepartmentCallsOnly',
} as const satisfies Record<DoNotDisturb, PresenceChange['dndStatus']>
