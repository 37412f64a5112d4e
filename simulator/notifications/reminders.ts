import type { Clock } from '../clock.ts'
import type { EventFilter } from './filter.ts'
import type { Notifier } from './notifier.ts'
import type { Subscription } from './subscription.ts'

const usualThreshold = 259_200
const usualInterval = 43_200

/** Tells owners of subscriptions that these run out, as often as their reminder filter asks. */
export function createReminders(clock: Clock, notifier: Notifier) {
  const cancels = new Map<string, () => void>()

  const arm = (subscription: Subscription, filter: EventFilter, at: number, interval: number) => {
    const expiresAt = subscription.expiresAt
    if (at >= expiresAt) return
    const cancel = clock.setTimer(at - clock.now(), () => {
      if (subscription.status === 'Active') {
        const expiresIn = Math.round((expiresAt - clock.now()) / 1000)
        notifier.remind(subscription, filter.path, expiresIn)
      }
      arm(subscription, filter, clock.now() + interval * 1000, interval)
    })
    cancels.set(subscription.id, cancel)
  }

  const forget = (id: string) => {
    cancels.get(id)?.()
    cancels.delete(id)
  }

  return {
    /** To be called whenever its filters or its end have changed. */
    follow(subscription: Subscription) {
      forget(subscription.id)
      const filter = subscription.filters.find((one) => one.kind === 'reminder')
      if (!filter) return
      const asked = (name: string, usual: number) => Number(filter.query.get(name) ?? usual)
      // Both are approximate at RingCentral too: no more than half of what they are part of.
      const threshold = Math.min(asked('threshold', usualThreshold), subscription.ttlSeconds / 2)
      const interval = Math.min(asked('interval', usualInterval), threshold / 2)
      const firstAt = Math.max(clock.now(), subscription.expiresAt - threshold * 1000)
      arm(subscription, filter, firstAt, Math.max(1, interval))
    },
    forget,
  }
}

export type Reminders = ReturnType<typeof createReminders>
