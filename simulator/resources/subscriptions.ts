import { apiError, invalidParameter, missingScopeMessage, notFound } from '../http/errors.ts'
import { answer, type Exchange, noContent, readJson } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { type EventFilter, parseFilter } from '../notifications/filter.ts'
import { renderSubscription, type Subscription } from '../notifications/subscription.ts'
import { grants } from '../oauth/scopes.ts'

const path = '/restapi/v1.0/subscription'
const one = `${path}/:subscriptionId`
const scope = 'SubscriptionWebhook'

export const subscriptionOperations: Operation[] = [
  { method: 'POST', path, group: 'Medium', scope, handle: create },
  { method: 'GET', path, group: 'Light', scope, handle: list },
  { method: 'GET', path: one, group: 'Light', scope, handle: (x) => reply(x, find(x)) },
  { method: 'PUT', path: one, group: 'Medium', scope, handle: update },
  { method: 'POST', path: `${one}/renew`, group: 'Light', scope, handle: renew },
  { method: 'DELETE', path: one, group: 'Medium', scope, handle: remove },
]

const usualTtl = 604_800
const longestTtl = 315_360_000
const most = 30

async function create(x: Exchange): Promise<Response> {
  const { sim, me, session } = x
  const body = await readJson(x.c)
  const filters = readFilters(x, body.eventFilters)
  const mode = (body.deliveryMode ?? {}) as Record<string, unknown>
  if (mode.transportType !== 'WebHook') throw invalidParameter('deliveryMode.transportType')
  if (typeof mode.address !== 'string') throw invalidParameter('deliveryMode.address')
  if (mode.verificationToken !== undefined && typeof mode.verificationToken !== 'string') {
    throw invalidParameter('deliveryMode.verificationToken')
  }
  const ttlSeconds = readTtl(body.expiresIn) ?? usualTtl
  if (sim.subscriptions.ownedBy(me.id, session.clientId).length >= most) {
    throw apiError(403, 'SUB-505', 'Subscriptions limit is exceeded')
  }

  // Nothing is stored before the receiver has answered, so it cannot know the subscription yet.
  await sim.handshake(mode.address)
  const now = sim.clock.now()
  const subscription: Subscription = {
    id: sim.random.uuid(),
    accountId: me.accountId,
    extensionId: me.id,
    clientId: session.clientId,
    ...filters,
    address: mode.address,
    verificationToken: mode.verificationToken,
    ttlSeconds,
    createdAt: now,
    expiresAt: now + ttlSeconds * 1000,
    status: 'Active',
  }
  placeReminder(subscription)
  sim.subscriptions.add(subscription)
  sim.reminders.follow(subscription)
  return reply(x, subscription)
}

function list(x: Exchange): Response {
  const { sim, me, session } = x
  const now = sim.clock.now()
  return answer({
    uri: `${sim.baseUrl}${path}`,
    records: sim.subscriptions
      .ownedBy(me.id, session.clientId)
      .map((subscription) => renderSubscription(sim.baseUrl, subscription, now)),
  })
}

/** Replaces the filters and renews. The address cannot be changed; what else is sent is ignored. */
async function update(x: Exchange): Promise<Response> {
  const subscription = find(x)
  const body = await readJson(x.c)
  if (body.eventFilters !== undefined) {
    Object.assign(subscription, readFilters(x, body.eventFilters))
    placeReminder(subscription)
    x.sim.subscriptions.reindex()
  }
  subscription.ttlSeconds = readTtl(body.expiresIn) ?? subscription.ttlSeconds
  return renew(x)
}

function renew(x: Exchange): Response {
  const subscription = find(x)
  subscription.expiresAt = x.sim.clock.now() + subscription.ttlSeconds * 1000
  x.sim.reminders.follow(subscription)
  return reply(x, subscription)
}

function remove(x: Exchange): Response {
  const { id } = find(x)
  x.sim.subscriptions.remove(id)
  x.sim.reminders.forget(id)
  return noContent(x.c)
}

/** A reminder speaks of the subscription that it is part of, whose id nobody knew before. */
function placeReminder({ id, filters }: Subscription): void {
  for (const filter of filters) {
    if (filter.kind === 'reminder')
      filter.path = filter.path.replace('/subscription/~', `/subscription/${id}`)
  }
}

/** Only those of this user and this app exist, as far as the caller can see. */
function find(x: Exchange): Subscription {
  const found = x.sim.subscriptions.find(x.c.req.param('subscriptionId') ?? '')
  if (found?.extensionId !== x.me.id || found.clientId !== x.session.clientId)
    throw notFound('subscriptionId')
  return found
}

function reply(x: Exchange, subscription: Subscription): Response {
  return answer(renderSubscription(x.sim.baseUrl, subscription, x.sim.clock.now()))
}

/** A filter whose scope is missing does not fail the call: it is set aside, and the caller had better look. */
function readFilters(
  { sim, me, session }: Exchange,
  value: unknown,
): Pick<Subscription, 'filters' | 'disabledFilters'> {
  if (!Array.isArray(value) || value.length === 0) throw invalidParameter('eventFilters')
  const parsed = value.map((text) => parseFilter(sim.world, me, text))
  if (parsed.every((filter) => filter.kind === 'reminder')) {
    throw apiError(400, 'SUB-515', 'Subscription reminder cannot be the only event filter')
  }
  const filters: EventFilter[] = []
  const disabledFilters: Subscription['disabledFilters'] = []
  for (const filter of parsed) {
    if (grants(session.scope, filter.scope)) filters.push(filter)
    else
      disabledFilters.push({
        filter: filter.path,
        reason: 'CMN-401',
        message: missingScopeMessage(filter.scope),
      })
  }
  return { filters, disabledFilters }
}

function readTtl(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 1)
    throw invalidParameter('expiresIn')
  return Math.min(Math.floor(value), longestTtl)
}
