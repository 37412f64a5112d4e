import { z } from 'zod'
import type { Message } from '../messages/message.ts'
import type { Simulation } from '../simulation.ts'
import { ControlError } from './control-error.ts'
import { reachable, sender } from './inbound.ts'

export const inboundVoicemail = z.strictObject({
  /** Left out: a caller who withholds the number. */
  from: sender.optional(),
  to: z.string(),
  /** 5 unless told. */
  seconds: z.number().min(1).max(600).optional(),
  /** What was said, where the account has voicemails written down. */
  transcription: z.string().optional(),
  /** How long the writing down takes; done at once unless told. */
  transcribedAfterMs: z.number().min(0).optional(),
})

export type InboundVoicemail = z.input<typeof inboundVoicemail>

/** A voicemail without the call that it belongs to. */
export function receiveVoicemail(sim: Simulation, input: InboundVoicemail): Message {
  const { from, to, seconds = 5, transcription, transcribedAfterMs = 0 } = input
  const extension = sim.world.reachedAt(to)
  if (!extension) throw new ControlError(`Nobody is reached at ${to}. ${reachable(sim)}`)
  const parties = {
    from: from ? sim.mailroom.partyOf(from, extension.accountId) : { phoneNumber: '' },
    to: sim.mailroom.partyOf(to, extension.accountId),
  }
  return sim.voicemail.leave(extension, parties, seconds, transcription, transcribedAfterMs)
}
