import { z } from 'zod'
import type { Call } from '../calls/call.ts'
import { type CallPlan, callOutcomes } from '../calls/call-sides.ts'
import type { Simulation } from '../simulation.ts'
import { ControlError } from './control-error.ts'

const past = z.union([
  z.number(),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
])

export const callRequest = z.strictObject({
  from: z.string(),
  to: z.string(),
  outcome: z.enum(callOutcomes).optional(),
  ringMs: z.number().min(0).optional(),
  talkMs: z.number().min(0).optional(),
  holdMs: z.number().min(0).optional(),
  recorded: z.boolean().optional(),
  queueCall: z.boolean().optional(),
  startedAt: past.optional(),
})

export function addCall(sim: Simulation, plan: CallPlan): Call[] {
  const calls = sim.callCenter.place(plan)
  if (calls.length > 0) return calls
  const numbers = [...sim.world.numbers.keys()].join(', ')
  throw new ControlError(
    `Neither ${plan.from} nor ${plan.to} is a number here. There are ${numbers}.`,
  )
}

/** Somebody outside puts the phone down. */
export function hangUp(sim: Simulation, telephonySessionId: string): void {
  if (sim.callCenter.hangUp(telephonySessionId)) return
  throw new ControlError(`There is no call ${telephonySessionId}.`)
}
