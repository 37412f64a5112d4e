import type { Clock } from '../clock.ts'
import { time } from '../http/json.ts'
import type { Random } from '../random.ts'
import type { Deliverer } from './deliverer.ts'
import type { EventFilter, EventKind } from './filter.ts'
import type { Subscription } from './subscription.ts'
import type { SubscriptionStore } from './subscription-store.ts'

export interface Occurrence {
  kind: EventKind
  accountId: string
  /** Missing for what concerns the account alone. */
  extensionId?: string
  wanted?(filter: EventFilter): boolean
  /** Whether another filter of the same subscription, about the same thing, stands in for this one. */
  instead?(filter: EventFilter, others: EventFilter[]): boolean
  body?: unknown
  /** Where it depends on how it was asked for. */
  bodyFor?(filter: EventFilter): unknown
}

interface Needs {
  clock: Clock
  random: Random
  subscriptions: SubscriptionStore
  deliverer: Deliverer
}

/** Finds who wants to know, and puts what happened into an envelope for each. */
export function createPublisher({ clock, random, subscriptions, deliverer }: Needs) {
  const send = (subscription: Subscription, event: string, body: unknown) => {
    const envelope = {
      uuid: random.uuid(),
      event,
      timestamp: time(clock.now()),
      subscriptionId: subscription.id,
      ownerId: subscription.extensionId,
      body,
    }
    deliverer.deliver(subscription, event, JSON.stringify(envelope))
  }

  return {
    send,

    /** Spares the rendering when nobody listens. */
    isAwaited: (kind: EventKind, accountId: string, extensionId: string) =>
      subscriptions.interestedIn(kind, accountId, extensionId).length > 0,

    publish({ kind, accountId, extensionId = '', wanted, instead, body, bodyFor }: Occurrence) {
      for (const subscription of subscriptions.interestedIn(kind, accountId, extensionId)) {
        if (subscription.status !== 'Active') continue
        const about = subscription.filters.filter(
          (filter) => filter.kind === kind && (filter.extensionId ?? extensionId) === extensionId,
        )
        for (const filter of about) {
          if (wanted?.(filter) === false || instead?.(filter, about)) continue
          send(subscription, filter.path, bodyFor ? bodyFor(filter) : body)
        }
      }
    },
  }
}
