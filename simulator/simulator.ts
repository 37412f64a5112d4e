import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Call } from './calls/call.ts'
import type { CallPlan } from './calls/call-sides.ts'
import type { Clock } from './clock.ts'
import { addCall, hangUp } from './control/calls.ts'
import { ControlError } from './control/control-error.ts'
import {
  addAccount,
  addExtension,
  type NewAccount,
  type NewExtension,
  registerScope,
  revokeGrant,
  setExtensionStatus,
  takeRights,
} from './control/extensions.ts'
import { type InboundText, receiveText } from './control/inbound.ts'
import { type InboundFax, receiveFax } from './control/inbound-fax.ts'
import { type InboundVoicemail, receiveVoicemail } from './control/inbound-voicemail.ts'
import { assignNumber, moveNumber, type NewNumber, setCampaign } from './control/numbers.ts'
import { type OutboxEntry, readOutbox } from './control/outbox.ts'
import { blacklist } from './control/subscriptions.ts'
import { createSimulation } from './create-simulation.ts'
import { type FaultPlan, parseFaultPlan } from './faults/plan.ts'
import type { PlannedFault } from './faults/planner.ts'
import { createApp } from './http/app.ts'
import { overrideMethods } from './http/method-override.ts'
import type { LedgerEntry } from './ledger.ts'
import type { Message } from './messages/message.ts'
import type { Subscription } from './notifications/subscription.ts'
import type { NewApp } from './oauth/apps.ts'
import type { SimulatorOptions } from './options.ts'
import type { CampaignStatus, Extension, ExtensionStatus, PhoneNumber } from './world/world.ts'

export type { SimulatorOptions } from './options.ts'

/** RingCentral on this machine, and the strings to pull on it. */
export interface Simulator {
  /** What RingCentral's server address would be. */
  url: string
  port: number
  clientId: string
  clientSecret: string
  clock: Clock
  /** Everything received and sent so far. */
  ledger(): readonly LedgerEntry[]
  extensions(): Extension[]
  numbers(): PhoneNumber[]
  /** The lines of the call log, newest first. */
  calls(extensionId?: string): Call[]
  subscriptions(): Subscription[]
  outbox(): OutboxEntry[]
  /** A text arrives. Answers what it became in each mailbox that it reached. */
  inbound(text: InboundText): Message[]
  addAccount(account: NewAccount): string
  addExtension(extension: NewExtension): Extension
  addNumber(number: NewNumber): void
  moveNumber(phoneNumber: string, extensionId: string): void
  /** Carriers refuse what a number sends that is not `Confirmed`. */
  setCampaign(phoneNumber: string, status: CampaignStatus): void
  setExtensionStatus(extensionId: string, status: ExtensionStatus): void
  /** Takes permissions such as `RingOut` from the user's role; gives back all others. */
  takeRights(extensionId: string, lacks: string[]): void
  /** What whoever signs in from now on allows the app. */
  registerScope(scope: string[]): void
  /** Registers one more app, with the first one's scopes unless told; or changes the one of that id. */
  registerApp(app: NewApp): void
  /** Rings now, or with `startedAt` lies in the past. */
  addCall(plan: CallPlan): Call[]
  /** Whoever is outside puts the phone down. */
  hangUp(telephonySessionId: string): void
  /** Somebody speaks after the beep. */
  leaveVoicemail(voicemail: InboundVoicemail): Message
  sendFax(fax: InboundFax): Message
  planFault(plan: FaultPlan): PlannedFault
  clearFaults(): void
  /** Ends every login of the extension; answers how many there were. */
  revokeGrant(extensionId: string): number
  blacklist(subscriptionId: string, reason?: string): void
  /** Sync tokens given so far stop working, as RingCentral's do one day. */
  expireSyncTokens(): void
  /** Resolves when no notification is on its way any more. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** Starts one simulator. Many can run at once; they share nothing. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const closing = new AbortController()
  const sim = createSimulation(options, closing.signal)
  const app = createApp(sim)
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  overrideMethods(server)
  await listen(server, sim.settings.port, sim.settings.host)
  const { port } = server.address() as AddressInfo
  const host = sim.settings.host === '0.0.0.0' ? '127.0.0.1' : sim.settings.host
  sim.baseUrl = `http://${host.includes(':') ? `[${host}]` : host}:${port}`

  return {
    url: sim.baseUrl,
    port,
    clientId: sim.settings.clientId,
    clientSecret: sim.settings.clientSecret,
    clock: sim.clock,
    ledger: () => sim.ledger.entries(),
    extensions: () => [...sim.world.extensions.values()],
    numbers: () => [...sim.world.numbers.values()],
    calls: (extensionId) =>
      [...sim.world.accounts.keys()].flatMap((id) => sim.callLog.newestFirst(id, extensionId)),
    subscriptions: () => sim.subscriptions.all(),
    outbox: () => readOutbox(sim),
    inbound: (text) => receiveText(sim, text),
    addAccount: (account) => addAccount(sim, account),
    addExtension: (extension) => addExtension(sim, extension),
    addNumber: (number) => assignNumber(sim, number),
    moveNumber: (phoneNumber, extensionId) => moveNumber(sim, phoneNumber, extensionId),
    setCampaign: (phoneNumber, status) => setCampaign(sim, phoneNumber, status),
    setExtensionStatus: (id, status) => setExtensionStatus(sim, id, status),
    takeRights: (id, lacks) => takeRights(sim, id, lacks),
    registerScope: (scope) => registerScope(sim, scope),
    registerApp: (app) => sim.apps.register(app),
    addCall: (plan) => addCall(sim, plan),
    hangUp: (telephonySessionId) => hangUp(sim, telephonySessionId),
    leaveVoicemail: (voicemail) => receiveVoicemail(sim, voicemail),
    sendFax: (fax) => receiveFax(sim, fax),
    planFault(plan) {
      const parsed = parseFaultPlan(plan)
      if ('reason' in parsed) throw new ControlError(parsed.reason)
      return sim.faults.add(parsed.plan)
    },
    clearFaults: () => sim.faults.clear(),
    revokeGrant: (extensionId) => revokeGrant(sim, extensionId),
    blacklist: (subscriptionId, reason) => blacklist(sim, subscriptionId, reason),
    expireSyncTokens: () => sim.syncTokens.expireAll(),
    settled: () => sim.deliverer.settled(),
    async close() {
      closing.abort()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // Some requests never end: a planned fault may hold them, or a clock that stands still.
      server.closeAllConnections()
      await closed
      // A clock that was handed in belongs to somebody else.
      if (!options.clock) sim.clock.close()
    },
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
}
