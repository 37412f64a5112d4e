import type { Random } from '../random.ts'
import { type Extension, fullName, type World } from '../world/world.ts'
import type { CallParty } from './call.ts'
import type { CallCenter, LiveSide } from './call-center.ts'
import type { CallOutcome } from './call-sides.ts'

/** Where a call shall go on: with a colleague, in a mailbox, or with anybody outside. */
export type Destination =
  | { extension: Extension; outcome: Extract<CallOutcome, 'answered' | 'voicemail'> }
  | 'outside'

interface Needs {
  random: Random
  world: World
  callCenter: CallCenter
  times: { ringMs: number; talkMs: number }
}

/** What somebody who takes part can do to a call. */
export function createCallControl({ random, world, callCenter, times }: Needs) {
  const partyOf = (extension: Extension): CallParty => {
    const numbers = [...world.numbers.values()]
    const own = numbers.find(({ extensionId }) => extensionId === extension.id)
    return {
      phoneNumber: own?.phoneNumber ?? '',
      name: fullName(extension),
      extensionId: extension.id,
      extensionNumber: extension.extensionNumber,
    }
  }

  return {
    /** One can hold, mute or transfer what was picked up. */
    isUnderWay: ({ call }: LiveSide) => call.state === 'Answered' || call.state === 'Hold',

    hold: ({ move }: LiveSide) => move('Hold'),
    unhold: ({ move }: LiveSide) => move('Answered'),

    mute({ call, move }: LiveSide, muted: boolean) {
      call.muted = muted
      move(call.state)
    },

    /** Blind: whoever transfers is out at once, and the other side hears it ring again. */
    transfer(side: LiveSide, destination: Destination) {
      const { call, nextSequence } = side
      const numbers = callCenter
        .session(call.telephonySessionId)
        .map((one) => Number(one.call.partyId.split('-').at(-1)))
      side.finish('BlindTransfer')
      if (destination === 'outside') return
      const { extension, outcome } = destination
      const { endedAt, endReason, answeredAt, voicemail, ...session } = call
      const joined = {
        ...session,
        id: random.token(16),
        extensionId: extension.id,
        partyId: `p-${call.telephonySessionId.slice(2)}-${Math.max(...numbers) + 1}`,
        direction: 'Inbound' as const,
        from: call.direction === 'Inbound' ? call.from : call.to,
        to: partyOf(extension),
        startedAt: call.endedAt ?? call.startedAt,
        result: outcome === 'voicemail' ? 'Voicemail' : 'Accepted',
        action: 'Phone Call',
        legType: 'Accept',
        state: 'Setup' as const,
        missed: false,
        muted: false,
      }
      const ringMs = outcome === 'voicemail' ? 0 : times.ringMs
      callCenter.join({ call: joined, ringMs, talkMs: times.talkMs, outcome }, nextSequence)
    },
  }
}

export type CallControl = ReturnType<typeof createCallControl>
