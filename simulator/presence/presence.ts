import type { Call } from '../calls/call.ts'
import type { Notifier } from '../notifications/notifier.ts'
import type { Extension } from '../world/world.ts'

/** What a person sets about being reachable. */
export interface PresenceSettings {
  userStatus: 'Available' | 'Busy' | 'Offline'
  dndStatus:
    | 'TakeAllCalls'
    | 'DoNotAcceptAnyCalls'
    | 'DoNotAcceptDepartmentCalls'
    | 'TakeDepartmentCallsOnly'
  message?: string
  allowSeeMyPresence: boolean
  callerIdVisibility: 'All' | 'None' | 'PermittedUsers'
  ringOnMonitoredCall: boolean
  pickUpCallsOnHold: boolean
  acceptCallQueueCalls: boolean
}

export type TelephonyStatus = 'NoCall' | 'Ringing' | 'CallConnected' | 'OnHold'

export interface PresenceState extends PresenceSettings {
  telephonyStatus: TelephonyStatus
  /** What colleagues see: their wish, unless they are on the phone or not to be disturbed. */
  presenceStatus: PresenceSettings['userStatus']
  calls: Call[]
}

const usual: PresenceSettings = {
  userStatus: 'Available',
  dndStatus: 'TakeAllCalls',
  allowSeeMyPresence: true,
  callerIdVisibility: 'All',
  ringOnMonitoredCall: false,
  pickUpCallsOnHold: false,
  acceptCallQueueCalls: true,
}

interface Needs {
  notifier: Notifier
  /** Those going on now. */
  callsOf(extensionId: string): Call[]
}

/** Who can be reached: what people set, and what their phones do. */
export function createPresence({ notifier, callsOf }: Needs) {
  const changed = new Map<string, PresenceSettings>()
  const sequences = new Map<string, number>()

  const settingsOf = (extensionId: string) => changed.get(extensionId) ?? usual

  const stateOf = (extensionId: string): PresenceState => {
    const settings = settingsOf(extensionId)
    const calls = callsOf(extensionId)
    const telephonyStatus = telephonyStatusOf(calls)
    const busy = telephonyStatus !== 'NoCall' || settings.dndStatus === 'DoNotAcceptAnyCalls'
    const presenceStatus =
      settings.userStatus === 'Offline' ? 'Offline' : busy ? 'Busy' : settings.userStatus
    return { ...settings, telephonyStatus, presenceStatus, calls }
  }

  const tell = (extension: Extension) => {
    const sequence = (sequences.get(extension.id) ?? 0) + 1
    sequences.set(extension.id, sequence)
    notifier.presenceChanged(extension, stateOf(extension.id), sequence)
  }

  return {
    stateOf,
    change(extension: Extension, change: Partial<PresenceSettings>) {
      changed.set(extension.id, { ...settingsOf(extension.id), ...change })
      tell(extension)
    },
    /** A call of this extension came, changed or went. */
    followCall: tell,
    takesCalls: (extensionId: string) =>
      settingsOf(extensionId).dndStatus !== 'DoNotAcceptAnyCalls',
  }
}

export type Presence = ReturnType<typeof createPresence>

export function telephonyStatusOf(calls: readonly Call[]): TelephonyStatus {
  if (calls.some(({ state }) => state === 'Answered' || state === 'VoiceMail')) {
    return 'CallConnected'
  }
  if (calls.some(({ state }) => state === 'Hold')) return 'OnHold'
  return calls.length > 0 ? 'Ringing' : 'NoCall'
}
