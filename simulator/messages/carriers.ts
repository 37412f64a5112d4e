import type { World } from '../world/world.ts'
import { fateOf } from './magic-numbers.ts'
import type { MessageStatus } from './message.ts'
import type { OptOuts } from './opt-outs.ts'

export interface Fate {
  status: MessageStatus
  errorCode?: string
}

const optedOut: Fate = { status: 'SendingFailed', errorCode: 'SMS-RC-413' }
const unregistered: Fate = { status: 'SendingFailed', errorCode: 'SMS-UP-414' }

/** What becomes of an accepted text, when it is not simply delivered. */
export function createCarriers({ world, optOuts }: { world: World; optOuts: OptOuts }) {
  return {
    fateOf(from: string, to: string): Fate | undefined {
      if (optOuts.has(from, to)) return optedOut
      const { campaign } = world.numbers.get(from) ?? {}
      if (campaign !== undefined && campaign !== 'Confirmed') return unregistered
      return fateOf(to)?.outcome
    },
  }
}

export type Carriers = ReturnType<typeof createCarriers>
