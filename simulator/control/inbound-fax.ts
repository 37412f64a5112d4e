import { z } from 'zod'
import type { Message } from '../messages/message.ts'
import type { Simulation } from '../simulation.ts'
import { ControlError } from './control-error.ts'
import { reachable, sender } from './inbound.ts'

export const inboundFax = z.strictObject({
  from: sender,
  to: z.string(),
  /** 1 unless told. */
  pages: z.int().min(1).max(200).optional(),
})

export type InboundFax = z.input<typeof inboundFax>

export function receiveFax(sim: Simulation, { from, to, pages = 1 }: InboundFax): Message {
  const extension = sim.world.reachedAt(to)
  if (!extension) throw new ControlError(`Nobody is reached at ${to}. ${reachable(sim)}`)
  const partyOf = (number: string) => sim.mailroom.partyOf(number, extension.accountId)
  return sim.fax.receive(extension, partyOf(from), partyOf(to), pages)
}
