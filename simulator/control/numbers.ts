import type { Simulation } from '../simulation.ts'
import type { CampaignStatus, NumberFeature, PhoneNumber } from '../world/world.ts'
import { ControlError } from './control-error.ts'
import { findExtension } from './extensions.ts'

export interface NewNumber {
  phoneNumber: string
  extensionId: string
  features?: NumberFeature[]
  status?: PhoneNumber['status']
  paymentType?: string
}

export function addNumber(sim: Simulation, input: NewNumber): void {
  const { accountId } = findExtension(sim, input.extensionId)
  sim.world.numbers.set(input.phoneNumber, {
    id: sim.ids.numeric(),
    accountId,
    phoneNumber: input.phoneNumber,
    extensionId: input.extensionId,
    usageType: 'DirectNumber',
    type: 'VoiceFax',
    primary: true,
    paymentType: input.paymentType ?? 'Local',
    status: input.status ?? 'Normal',
    features: input.features ?? ['CallerId', 'SmsSender', 'MmsSender'],
  })
}

/** Gives an extension a number that was nobody's, and lets it know. */
export function assignNumber(sim: Simulation, input: NewNumber): void {
  addNumber(sim, input)
  tellNumbersChanged(sim, input.extensionId)
}

/** An administrator hands a number to somebody else; both hear of it, and neither is asked. */
export function moveNumber(sim: Simulation, phoneNumber: string, extensionId: string): void {
  const number = sim.world.numbers.get(phoneNumber)
  if (!number) throw new ControlError(`There is no number ${phoneNumber}.`)
  findExtension(sim, extensionId)
  const before = number.extensionId
  number.extensionId = extensionId
  if (before !== undefined) tellNumbersChanged(sim, before)
  tellNumbersChanged(sim, extensionId)
}

/** How far the number's registration with the carriers has come. */
export function setCampaign(sim: Simulation, phoneNumber: string, status: CampaignStatus): void {
  const number = sim.world.numbers.get(phoneNumber)
  if (!number) throw new ControlError(`There is no number ${phoneNumber}.`)
  number.campaign = status
}

function tellNumbersChanged(sim: Simulation, extensionId: string): void {
  sim.notifier.extensionChanged(findExtension(sim, extensionId), 'Update', ['CompanyNumbers'])
}
