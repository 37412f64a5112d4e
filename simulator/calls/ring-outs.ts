import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { CallCenter } from './call-center.ts'
import type { CallOutcome } from './call-sides.ts'

export type LegStatus =
  | 'InProgress'
  | 'Success'
  | 'Busy'
  | 'NoAnswer'
  | 'Rejected'
  | 'Finished'
  | 'NoSessionFound'

export interface RingOut {
  id: string
  extensionId: string
  callStatus: 'InProgress' | 'Success' | 'CannotReach' | 'NoSessionFound'
  callerStatus: LegStatus
  calleeStatus: LegStatus
}

export interface RingOuts {
  start(extensionId: string, from: string, to: string): RingOut
  find(id: string): RingOut | undefined
  /** Best effort, as with RingCentral: a call that is connected goes on. */
  cancel(ringOut: RingOut): void
}

/** Callees that do not pick up, by the end of their number. Everybody else does. */
const calleeFates: Record<string, { status: LegStatus; outcome: CallOutcome }> = {
  '5559486': { status: 'Busy', outcome: 'busy' },
  '5559480': { status: 'NoAnswer', outcome: 'missed' },
  '5559603': { status: 'Rejected', outcome: 'rejected' },
}

interface Needs {
  clock: Clock
  random: Random
  callCenter: CallCenter
  times: { ringMs: number; talkMs: number }
}

/** Click to call: rings the caller first, then the callee, and leaves a trace in the call log. */
export function createRingOuts({ clock, random, callCenter, times }: Needs): RingOuts {
  const ringOuts = new Map<string, RingOut & { sessions: string[]; cancelled: boolean }>()

  return {
    start(extensionId, from, to) {
      const ringOut = {
        id: `Y3Mx${random.token(20)}`,
        extensionId,
        callStatus: 'InProgress' as RingOut['callStatus'],
        callerStatus: 'InProgress' as LegStatus,
        calleeStatus: 'InProgress' as LegStatus,
        sessions: [] as string[],
        cancelled: false,
      }
      ringOuts.set(ringOut.id, ringOut)
      const fate = Object.entries(calleeFates).find(([ending]) => to.endsWith(ending))?.[1]
      const placed = callCenter.place({
        from,
        to,
        outcome: fate?.outcome ?? 'answered',
        ringOutBy: extensionId,
      })
      ringOut.sessions = placed.map((call) => call.telephonySessionId)

      const later = (ms: number, act: () => void) =>
        clock.setTimer(ms, () => {
          if (!ringOut.cancelled) act()
        })
      later(times.ringMs, () => {
        ringOut.callerStatus = 'Success'
      })
      later(2 * times.ringMs, () => {
        ringOut.callStatus = fate ? 'CannotReach' : 'Success'
        ringOut.calleeStatus = fate?.status ?? 'Success'
      })
      later(2 * times.ringMs + times.talkMs, () => {
        ringOut.callStatus = 'NoSessionFound'
        ringOut.callerStatus = 'NoSessionFound'
        ringOut.calleeStatus = 'NoSessionFound'
      })
      return ringOut
    },

    find: (id) => ringOuts.get(id),

    cancel({ id }) {
      const ringOut = ringOuts.get(id)
      if (ringOut?.calleeStatus !== 'InProgress') return
      ringOut.cancelled = true
      ringOuts.delete(id)
      for (const session of ringOut.sessions) callCenter.hangUp(session)
    },
  }
}
