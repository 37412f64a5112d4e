import type { Clock } from '../clock.ts'
import { type FaultPlanner, isNamed } from '../faults/planner.ts'
import type { Observed } from '../http/observe.ts'
import { type Ledger, summarizeBody } from '../ledger.ts'
import type { Handshake } from './handshake.ts'
import type { Subscription } from './subscription.ts'
import type { WebhookClient } from './webhook-request.ts'

const timeoutMs = 3000
const patienceMs = 10 * 60_000
const lookAgainMs = 15 * 60_000
/** How long a notification that shall be overtaken waits for another before it goes all the same. */
const overtakenMs = 1000

interface Needs {
  clock: Clock
  ledger: Ledger
  faults: FaultPlanner
  post: WebhookClient
  handshake: Handshake
  blacklist: 'keep' | 'heal'
  observe?: (observed: Observed) => void
}

/** Sends notifications, each once and none again, and gives up on receivers that keep failing. */
export function createDeliverer(needs: Needs) {
  const { clock, ledger, faults, post, handshake, blacklist, observe } = needs
  const underWay = new Set<Promise<void>>()

  const send = (subscription: Subscription, event: string, body: string) => {
    const sending = attempt(subscription, event, body)
    underWay.add(sending)
    void sending.finally(() => underWay.delete(sending))
  }

  const attempt = async (subscription: Subscription, event: string, body: string) => {
    const startedAt = clock.now()
    const entry = ledger.open({
      direction: 'out',
      method: 'POST',
      path: subscription.address,
      note: event,
      subscriptionId: subscription.id,
      extensionId: subscription.extensionId,
      body: summarizeBody(body),
    })
    const token = subscription.verificationToken
    const headers: Record<string, string> =
      token === undefined ? {} : { 'Verification-Token': token }
    try {
      const answer = await post({ address: subscription.address, headers, body, timeoutMs })
      entry.status = answer.status
      if (answer.status === 200) subscription.failingSince = undefined
      else
        failed(
          subscription,
          `Webhook responses with code: [${answer.status}], reason: [${answer.statusText}]`,
        )
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error)
      entry.note = `${event} (${details})`
      failed(subscription, `I/O operation is failed. Details: [${details}]`)
    }
    entry.durationMs = clock.now() - startedAt
  }

  const failed = (subscription: Subscription, reason: string) => {
    subscription.failingSince ??= clock.now()
    if (clock.now() - subscription.failingSince >= patienceMs) condemn(subscription, reason)
  }

  const condemn = (subscription: Subscription, reason: string) => {
    subscription.status = 'Blacklisted'
    subscription.blacklistedAt = clock.now()
    subscription.blacklistReason = reason
    if (blacklist === 'heal') clock.setTimer(lookAgainMs, () => void lookAgain(subscription))
  }

  const lookAgain = async (subscription: Subscription) => {
    try {
      await handshake(subscription.address)
      subscription.status = 'Active'
      subscription.failingSince = undefined
      subscription.blacklistedAt = undefined
      subscription.blacklistReason = undefined
    } catch {
      if (subscription.expiresAt > clock.now()) {
        clock.setTimer(lookAgainMs, () => void lookAgain(subscription))
      }
    }
  }

  const releaseOvertaken = (subscription: Subscription) => {
    const { overtaken } = subscription
    subscription.overtaken = undefined
    overtaken?.send()
  }

  return {
    deliver(subscription: Subscription, event: string, body: string) {
      observe?.({ kind: 'notification', event, body })
      const fault = faults.forWebhook(event)
      switch (fault?.kind) {
        case 'webhook-drop':
          return
        case 'webhook-delay':
          clock.setTimer(fault.ms, () => send(subscription, event, body))
          return
        case 'webhook-reorder':
          releaseOvertaken(subscription)
          subscription.overtaken = {
            by: (next) => isNamed(fault, next),
            send: () => send(subscription, event, body),
          }
          clock.setTimer(overtakenMs, () => releaseOvertaken(subscription))
          return
        case 'webhook-double':
          send(subscription, event, body)
          break
        case undefined:
      }
      send(subscription, event, body)
      if (subscription.overtaken?.by(event)) releaseOvertaken(subscription)
    },

    condemn,

    /** Resolves when nothing is on its way any more. */
    async settled() {
      while (underWay.size > 0) await Promise.allSettled([...underWay])
    },
  }
}

export type Deliverer = ReturnType<typeof createDeliverer>
