import type { A2PStore } from './a2p/a2p-store.ts'
import type { CallCenter } from './calls/call-center.ts'
import type { CallControl } from './calls/call-control.ts'
import type { CallLog } from './calls/call-log.ts'
import type { RingOuts } from './calls/ring-outs.ts'
import type { Clock } from './clock.ts'
import type { ContactBooks } from './contacts/contact-book.ts'
import type { FaultPlanner } from './faults/planner.ts'
import type { SyncTokens } from './http/sync-token.ts'
import type { Ids } from './ids.ts'
import type { Ledger } from './ledger.ts'
import type { Fax } from './messages/fax.ts'
import type { Mailboxes } from './messages/mailboxes.ts'
import type { Mailroom } from './messages/mailroom.ts'
import type { OptOuts } from './messages/opt-outs.ts'
import type { Pager } from './messages/pager.ts'
import type { Postman } from './messages/postman.ts'
import type { Templates } from './messages/templates.ts'
import type { Voicemail } from './messages/voicemail.ts'
import type { Deliverer } from './notifications/deliverer.ts'
import type { Handshake } from './notifications/handshake.ts'
import type { Notifier } from './notifications/notifier.ts'
import type { Reminders } from './notifications/reminders.ts'
import type { SubscriptionStore } from './notifications/subscription-store.ts'
import type { Registry } from './oauth/apps.ts'
import type { Grants } from './oauth/grants.ts'
import type { Settings } from './options.ts'
import type { Presence } from './presence/presence.ts'
import type { Random } from './random.ts'
import type { RateLimiter } from './rate-limiter.ts'
import type { World } from './world/world.ts'

/** All of one simulator: what its resources read and change. Nothing of it is shared with another. */
export interface Simulation {
  settings: Settings
  /** Known once the server listens. */
  baseUrl: string
  clock: Clock
  random: Random
  ids: Ids
  ledger: Ledger
  limiter: RateLimiter
  faults: FaultPlanner
  world: World
  apps: Registry
  grants: Grants
  subscriptions: SubscriptionStore
  handshake: Handshake
  deliverer: Deliverer
  notifier: Notifier
  mailboxes: Mailboxes
  mailroom: Mailroom
  syncTokens: SyncTokens
  optOuts: OptOuts
  postman: Postman
  pager: Pager
  voicemail: Voicemail
  fax: Fax
  templates: Templates
  a2p: A2PStore
  contacts: ContactBooks
  presence: Presence
  reminders: Reminders
  callLog: CallLog
  callCenter: CallCenter
  callControl: CallControl
  ringOuts: RingOuts
  /** Aborts what is still under way when the simulator closes. */
  closing: AbortSignal
}
