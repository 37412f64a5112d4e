import type { Clock } from '../clock.ts'
import type { EventKind } from './filter.ts'
import type { Subscription } from './subscription.ts'

export interface SubscriptionStore {
  add(subscription: Subscription): void
  /** Expired ones are gone: RingCentral does not know them any more. */
  find(id: string): Subscription | undefined
  all(): Subscription[]
  ownedBy(extensionId: string, clientId: string): Subscription[]
  /** Those that may want an event of this kind about this account and extension. */
  interestedIn(kind: EventKind, accountId: string, extensionId: string): Subscription[]
  /** To be called after its filters were replaced. */
  reindex(): void
  remove(id: string): void
  removeOf(extensionId: string, clientId: string): void
}

export function createSubscriptionStore(clock: Clock): SubscriptionStore {
  const byId = new Map<string, Subscription>()
  // Rebuilt when it is asked for after a change: events are many, changes are few.
  let index: Map<string, Subscription[]> | undefined

  const alive = (one: Subscription | undefined): one is Subscription =>
    one !== undefined && one.expiresAt > clock.now()

  const build = () => {
    const built = new Map<string, Subscription[]>()
    for (const subscription of byId.values()) {
      const keys = subscription.filters.map(
        (one) => `${one.kind} ${one.accountId} ${one.extensionId ?? ''}`,
      )
      for (const key of new Set(keys)) built.set(key, [...(built.get(key) ?? []), subscription])
    }
    return built
  }

  const remove = (id: string) => {
    byId.delete(id)
    index = undefined
  }

  const all = () => [...byId.values()].filter(alive)

  return {
    add(subscription) {
      byId.set(subscription.id, subscription)
      index = undefined
    },
    find(id) {
      const found = byId.get(id)
      if (alive(found)) return found
      if (found) remove(id)
      return undefined
    },
    all,
    ownedBy: (extensionId, clientId) =>
      all().filter((one) => one.extensionId === extensionId && one.clientId === clientId),
    interestedIn(kind, accountId, extensionId) {
      index ??= build()
      const own = index.get(`${kind} ${accountId} ${extensionId}`) ?? []
      const accountWide = index.get(`${kind} ${accountId} `) ?? []
      return [...new Set([...own, ...accountWide])].filter(alive)
    },
    reindex() {
      index = undefined
    },
    remove,
    removeOf(extensionId, clientId) {
      for (const one of byId.values()) {
        if (one.extensionId === extensionId && one.clientId === clientId) remove(one.id)
      }
    },
  }
}
