import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Voicemail } from '../messages/voicemail.ts'
import type { Notifier } from '../notifications/notifier.ts'
import type { Presence } from '../presence/presence.ts'
import type { Random } from '../random.ts'
import type { Extension, World } from '../world/world.ts'
import type { Call, CallState } from './call.ts'
import type { CallLog } from './call-log.ts'
import { answering, type CallPlan, type CallSide, callSides, isTalk } from './call-sides.ts'
import { renderSession } from './session-event.ts'

/** One extension's side of a call that goes on, and what can happen to it. */
export interface LiveSide {
  call: Call
  /** Told per session, not per party: that is what receivers order by. */
  nextSequence(): number
  /** Tells everybody concerned; the same state again tells of what else changed. */
  move(state: CallState): void
  /** Without a reason it ends as was planned. */
  finish(reason?: 'Cancelled' | 'BlindTransfer'): void
}

export interface CallCenter {
  /** One call for each side that is an extension of this world. */
  place(plan: CallPlan): Call[]
  /** Lets one more side take part in a call that goes on. */
  join(side: CallSide, nextSequence: () => number): void
  /** Those going on, and those that ended within the last two minutes. */
  active(accountId: string, extensionId?: string): Call[]
  /** Those going on. */
  live(extensionId: string): Call[]
  /** Every side of a call that goes on. */
  session(telephonySessionId: string): LiveSide[]
  /** Answers whether there was anything to hang up. */
  hangUp(telephonySessionId: string): boolean
}

interface Needs {
  clock: Clock
  random: Random
  ids: Ids
  world: World
  notifier: Notifier
  callLog: CallLog
  presence: Presence
  voicemail: Voicemail
  baseUrl(): string
  times: { ringMs: number; talkMs: number; logLagMs: number }
}

const keptActiveMs = 120_000

const endReasons = {
  answered: undefined,
  missed: 'NoAnswer',
  busy: 'TargetBusy',
  rejected: 'Rejected',
  voicemail: 'Voicemail',
} as const

/** Lets calls ring, be answered and end by the clock, and writes them into the call log some time later. */
export function createCallCenter(needs: Needs): CallCenter {
  const { clock, world, notifier, callLog, presence, voicemail, times } = needs
  let sides: LiveSide[] = []

  const join = (
    { call, ringMs, talkMs, holdMs, outcome }: CallSide,
    nextSequence: () => number,
  ) => {
    const extension = world.extensions.get(call.extensionId) as Extension
    const talks = isTalk(outcome)
    const move = (state: CallState) => {
      call.state = state
      if (state === 'Answered') call.answeredAt ??= clock.now()
      notifier.callChanged(extension, renderSession(call, nextSequence(), clock.now()))
      presence.followCall(extension)
    }
    const finish: LiveSide['finish'] = (reason) => {
      if (call.endedAt !== undefined) return
      call.endedAt = clock.now()
      call.endReason = reason ?? endReasons[outcome]
      if (reason === 'Cancelled') giveUp(call)
      move('Disconnected')
      if (!reason && outcome === 'voicemail' && call.direction === 'Inbound')
        keepVoicemail(call, extension, talkMs)
      clock.setTimer(times.logLagMs, () => callLog.add(call))
    }
    const later = (ms: number, act: () => void) =>
      clock.setTimer(ms, () => {
        if (call.endedAt === undefined) act()
      })

    sides.push({ call, nextSequence, move, finish })
    move('Setup')
    later(Math.min(200, ringMs / 2), () => move('Proceeding'))
    if (talks) later(ringMs, () => move(outcome === 'voicemail' ? 'VoiceMail' : 'Answered'))
    if (holdMs !== undefined && outcome === 'answered') {
      later(ringMs + talkMs / 4, () => move('Hold'))
      later(ringMs + talkMs / 4 + holdMs, () => move('Answered'))
    }
    later(ringMs + (talks ? talkMs : 0), () => finish())
  }

  const keepVoicemail = (call: Call, extension: Extension, talkMs: number) => {
    const { id } = voicemail.leave(extension, call, Math.max(1, Math.round(talkMs / 1000)))
    const mailbox = `/restapi/v1.0/account/${extension.accountId}/extension/${extension.id}`
    call.voicemail = { id, uri: `${needs.baseUrl()}${mailbox}/message-store/${id}` }
  }

  /** Whoever does not want to be disturbed is not rung. */
  const heedWishes = (plan: CallPlan): CallPlan => {
    const callee = answering(world, plan.to)
    const refuses = callee && plan.startedAt === undefined && !presence.takesCalls(callee.id)
    const free = (plan.outcome ?? 'answered') === 'answered'
    return refuses && free ? { ...plan, outcome: 'voicemail', ringMs: 0 } : plan
  }

  const session = (id: string) =>
    sides.filter(({ call }) => call.telephonySessionId === id && call.endedAt === undefined)

  return {
    join,

    place(asked) {
      const plan = heedWishes(asked)
      const placed = callSides(needs, plan, clock.now())
      let sequence = 0
      for (const side of placed) {
        if (plan.startedAt === undefined) {
          join(side, () => ++sequence)
          continue
        }
        const { call, ringMs, talkMs, outcome } = side
        call.endedAt = plan.startedAt + ringMs + (isTalk(outcome) ? talkMs : 0)
        if (outcome === 'answered') call.answeredAt = plan.startedAt + ringMs
        callLog.add(call)
      }
      return placed.map((side) => side.call)
    },

    active(accountId, extensionId) {
      const now = clock.now()
      sides = sides.filter(({ call }) => (call.endedAt ?? now) > now - keptActiveMs)
      const wanted = sides.filter(
        ({ call }) =>
          call.accountId === accountId && (extensionId ?? call.extensionId) === call.extensionId,
      )
      return wanted.map(({ call }) => call).reverse()
    },

    live: (extensionId) =>
      sides
        .filter(({ call }) => call.extensionId === extensionId && call.endedAt === undefined)
        .map(({ call }) => call),

    session,

    hangUp(telephonySessionId) {
      const going = session(telephonySessionId)
      for (const { call, finish } of going) {
        finish(call.answeredAt === undefined ? 'Cancelled' : undefined)
      }
      return going.length > 0
    },
  }
}

/** The caller did not wait for an answer. */
function giveUp(call: Call): void {
  call.missed = call.direction === 'Inbound'
  call.result = call.missed ? 'Missed' : 'Hang Up'
}
