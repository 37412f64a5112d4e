import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Notifier } from '../notifications/notifier.ts'
import type { Random } from '../random.ts'
import type { Extension, World } from '../world/world.ts'
import { type Call, renderSession } from './call.ts'
import type { CallLog } from './call-log.ts'
import { type CallPlan, type CallSide, callSides, isTalk } from './call-sides.ts'

export interface CallCenter {
  /** One call for each side that is an extension of this world. */
  place(plan: CallPlan): Call[]
  /** Those going on, and those that ended within the last two minutes. */
  active(accountId: string, extensionId?: string): Call[]
  hangUp(telephonySessionId: string): void
}

interface Needs {
  clock: Clock
  random: Random
  ids: Ids
  world: World
  notifier: Notifier
  callLog: CallLog
  times: { ringMs: number; talkMs: number; logLagMs: number }
}

const keptActiveMs = 120_000

/** Lets calls ring, be answered and end by the clock, and writes them into the call log some time later. */
export function createCallCenter(needs: Needs): CallCenter {
  const { clock, world, notifier, callLog, times } = needs
  let live: { call: Call; finish: () => void }[] = []

  const run = ({ call, ringMs, talkMs, outcome }: CallSide, nextSequence: () => number) => {
    const extension = world.extensions.get(call.extensionId) as Extension
    const talks = isTalk(outcome)
    const tell = (code: string, missed = false) => {
      const body = renderSession(call, extension, nextSequence(), clock.now(), { code, missed })
      notifier.callChanged(extension, body)
    }
    const finish = () => {
      if (call.endedAt !== undefined) return
      call.endedAt = clock.now()
      tell('Disconnected', !talks && call.direction === 'Inbound')
      clock.setTimer(times.logLagMs, () => callLog.add(call))
    }
    const later = (ms: number, act: () => void) =>
      clock.setTimer(ms, () => {
        if (call.endedAt === undefined) act()
      })

    live.push({ call, finish })
    tell('Setup')
    later(Math.min(200, ringMs / 2), () => tell('Proceeding'))
    if (talks) later(ringMs, () => tell(outcome === 'voicemail' ? 'VoiceMail' : 'Answered'))
    later(ringMs + (talks ? talkMs : 0), finish)
  }

  return {
    place(plan) {
      const sides = callSides(needs, plan, clock.now())
      let sequence = 0
      for (const side of sides) {
        if (plan.startedAt === undefined) {
          // Told per session, not per party: that is what receivers order by.
          run(side, () => ++sequence)
          continue
        }
        side.call.endedAt = plan.startedAt + side.ringMs + (isTalk(side.outcome) ? side.talkMs : 0)
        callLog.add(side.call)
      }
      return sides.map((side) => side.call)
    },

    active(accountId, extensionId) {
      const now = clock.now()
      live = live.filter(({ call }) => (call.endedAt ?? now) > now - keptActiveMs)
      const wanted = live.filter(
        ({ call }) =>
          call.accountId === accountId && (extensionId ?? call.extensionId) === call.extensionId,
      )
      return wanted.map(({ call }) => call).reverse()
    },

    hangUp(telephonySessionId) {
      for (const { call, finish } of live) {
        if (call.telephonySessionId === telephonySessionId) finish()
      }
    },
  }
}
