import { createA2PStore } from './a2p/a2p-store.ts'
import { createCallCenter } from './calls/call-center.ts'
import { createCallControl } from './calls/call-control.ts'
import { createCallLog } from './calls/call-log.ts'
import { createRingOuts } from './calls/ring-outs.ts'
import { createClock } from './clock.ts'
import { createContactBooks } from './contacts/contact-book.ts'
import { createFaultPlanner } from './faults/planner.ts'
import { createSyncTokens } from './http/sync-token.ts'
import { createIds } from './ids.ts'
import { createLedger } from './ledger.ts'
import { createCarriers } from './messages/carriers.ts'
import { createFax } from './messages/fax.ts'
import { createMailboxes } from './messages/mailboxes.ts'
import { createMailroom } from './messages/mailroom.ts'
import { createOptOuts } from './messages/opt-outs.ts'
import { createPager } from './messages/pager.ts'
import { createPostman } from './messages/postman.ts'
import { createTemplates } from './messages/templates.ts'
import { createVoicemail } from './messages/voicemail.ts'
import { createDeliverer } from './notifications/deliverer.ts'
import { createHandshake } from './notifications/handshake.ts'
import { createNotifier } from './notifications/notifier.ts'
import { createReminders } from './notifications/reminders.ts'
import { createSubscriptionStore } from './notifications/subscription-store.ts'
import { createWebhookClient } from './notifications/webhook-request.ts'
import { createRegistry } from './oauth/apps.ts'
import { createGrants } from './oauth/grants.ts'
import { type SimulatorOptions, settle } from './options.ts'
import { createPresence } from './presence/presence.ts'
import { createRandom } from './random.ts'
import { createRateLimiter } from './rate-limiter.ts'
import type { Simulation } from './simulation.ts'
import { addCrowd } from './world/crowd.ts'
import { placePastCalls, populate } from './world/default-world.ts'
import { createWorld } from './world/world.ts'

/** Builds each part once, in the order in which they need one another. */
export function createSimulation(options: SimulatorOptions, closing: AbortSignal): Simulation {
  const settings = settle(options)
  const apps = createRegistry(settings)
  const clock = options.clock ?? createClock()
  const random = createRandom(settings.seed)
  const ids = createIds(clock.now(), random)
  const ledger = createLedger(clock)
  // Dice of their own: which requests are struck must not hang on how many ids were made before.
  const faults = createFaultPlanner(createRandom(settings.seed + 1))
  const world = createWorld()
  populate(world, clock.now())
  addCrowd(world, settings.people, clock.now())

  const post = createWebhookClient(clock, closing)
  const handshake = createHandshake({ random, ledger, settings, post })
  const subscriptions = createSubscriptionStore(clock)
  const { blacklist, observe } = settings
  const deliverer = createDeliverer({ clock, ledger, faults, post, handshake, blacklist, observe })
  const baseUrl = () => simulation.baseUrl
  const notifier = createNotifier({ clock, random, world, subscriptions, deliverer, baseUrl })

  const mailboxes = createMailboxes(clock)
  const optOuts = createOptOuts(clock)
  optOuts.onChange((consent) => {
    const accountId = world.numbers.get(consent.from)?.accountId
    if (accountId !== undefined) notifier.consentChanged(accountId, consent)
  })
  const mailroom = createMailroom({ clock, ids, world, mailboxes })
  const carriers = createCarriers({ world, optOuts })
  const { delivery, calls: times } = settings
  const carrying = { clock, random, ids, world, carriers, optOuts, notifier, delivery }
  const postman = createPostman({ ...carrying, mailboxes, mailroom })
  const a2p = createA2PStore(carrying)

  const callLog = createCallLog(clock)
  const callsOf = (extensionId: string) => callCenter.live(extensionId)
  const presence = createPresence({ notifier, callsOf })
  const voicemail = createVoicemail({ clock, ids, mailroom, mailboxes, notifier })
  const fax = createFax({ ids, mailroom, notifier })
  const ringing = {
    clock,
    random,
    ids,
    world,
    notifier,
    callLog,
    presence,
    voicemail,
    baseUrl,
    times,
  }
  const callCenter = createCallCenter(ringing)
  placePastCalls(callCenter, clock.now())

  const simulation: Simulation = {
    settings,
    baseUrl: '',
    clock,
    random,
    ids,
    ledger,
    limiter: createRateLimiter(clock, settings.limits),
    faults,
    world,
    apps,
    grants: createGrants(clock, random, apps),
    subscriptions,
    handshake,
    deliverer,
    notifier,
    mailboxes,
    syncTokens: createSyncTokens(),
    optOuts,
    postman,
    mailroom,
    pager: createPager({ clock, mailroom, notifier }),
    voicemail,
    fax,
    templates: createTemplates(ids),
    a2p,
    contacts: createContactBooks(clock, ids),
    presence,
    reminders: createReminders(clock, notifier),
    callLog,
    callCenter,
    callControl: createCallControl({ random, world, callCenter, times }),
    ringOuts: createRingOuts({ clock, random, callCenter, times }),
    closing,
  }
  return simulation
}
