import type { Simulation } from '../simulation.ts'
import { ControlError } from './control-error.ts'

const usualReason = 'Webhook responses with code: [404], reason: [Not Found]'

/** As if its receiver had failed for ten minutes. */
export function blacklist(sim: Simulation, id: string, reason = usualReason): void {
  const subscription = sim.subscriptions.find(id)
  if (!subscription) throw new ControlError(`There is no subscription ${id}.`)
  sim.deliverer.condemn(subscription, reason)
}
