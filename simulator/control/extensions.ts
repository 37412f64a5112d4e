import type { Simulation } from '../simulation.ts'
import type { Extension, ExtensionStatus, NumberFeature } from '../world/world.ts'
import { ControlError } from './control-error.ts'
import { addNumber } from './numbers.ts'

export interface NewAccount {
  id?: string
  name: string
  mainNumber: string
  federated?: boolean
}

export interface NewExtension {
  id?: string
  /** The first account when missing. */
  accountId?: string
  extensionNumber?: string
  firstName: string
  lastName: string
  email?: string
  admin?: boolean
  /** E.164, each a direct number that can text unless `features` says otherwise. */
  phoneNumbers?: string[]
  features?: NumberFeature[]
}

export function addAccount(sim: Simulation, account: NewAccount): string {
  const id = account.id ?? sim.ids.numeric()
  sim.world.accounts.set(id, { ...account, id })
  return id
}

export function addExtension(sim: Simulation, input: NewExtension): Extension {
  const { world } = sim
  const accountId = input.accountId ?? (world.accounts.keys().next().value as string)
  if (!world.accounts.has(accountId)) throw new ControlError(`There is no account ${accountId}.`)
  const extension: Extension = {
    id: input.id ?? sim.ids.numeric(),
    accountId,
    extensionNumber: input.extensionNumber ?? String(101 + world.extensionsOf(accountId).length),
    firstName: input.firstName,
    lastName: input.lastName,
    email: input.email ?? `${input.firstName}.${input.lastName}@example.com`.toLowerCase(),
    jobTitle: '',
    admin: input.admin ?? false,
    type: 'User',
    status: 'Enabled',
    createdAt: sim.clock.now(),
  }
  world.extensions.set(extension.id, extension)
  for (const phoneNumber of input.phoneNumbers ?? []) {
    addNumber(sim, { phoneNumber, extensionId: extension.id, features: input.features })
  }
  sim.notifier.extensionChanged(extension, 'Create', ['ExtensionInfo'])
  return extension
}

export function setExtensionStatus(
  sim: Simulation,
  extensionId: string,
  status: ExtensionStatus,
): void {
  const extension = findExtension(sim, extensionId)
  extension.status = status
  sim.notifier.extensionChanged(extension, 'Update', ['ExtensionInfo'])
}

/** Takes these permissions from the user's role, and gives back all others. */
export function takeRights(sim: Simulation, extensionId: string, lacks: readonly string[]): void {
  findExtension(sim, extensionId).lacks = lacks
}

/** Changes the app's registration: whoever signs in from now on allows this. */
export function registerScope(sim: Simulation, scope: readonly string[]): void {
  sim.settings.scope = [...scope]
}

/** What a person does who changes the password. Answers how many logins ended. */
export function revokeGrant(sim: Simulation, extensionId: string): number {
  findExtension(sim, extensionId)
  const ended = sim.grants.revokeExtension(extensionId)
  if (sim.settings.subscriptionsAfterRevoke === 'drop') {
    for (const session of ended) sim.subscriptions.removeOf(extensionId, session.clientId)
  }
  return ended.length
}

export function findExtension(sim: Simulation, id: string): Extension {
  const extension = sim.world.extensions.get(id)
  if (extension) return extension
  const known = [...sim.world.extensions.keys()].join(', ')
  throw new ControlError(`There is no extension ${id}. There are ${known}.`)
}
