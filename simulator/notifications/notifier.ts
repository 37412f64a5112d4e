import type { SessionEvent } from '../calls/call.ts'
import type { Clock } from '../clock.ts'
import { time } from '../http/json.ts'
import type { Message } from '../messages/message.ts'
import { renderInstant } from '../messages/render.ts'
import type { Random } from '../random.ts'
import type { Extension, World } from '../world/world.ts'
import type { Deliverer } from './deliverer.ts'
import type { EventFilter, EventKind } from './filter.ts'
import type { SubscriptionStore } from './subscription-store.ts'

export type ExtensionChange = 'Create' | 'Update' | 'Delete'

/** Tells subscribers what happened, in RingCentral's words. Never waits for them. */
export interface Notifier {
  messageArrived(message: Message): void
  /** A bell, not data: how many messages are new or changed, and no more. */
  mailboxChanged(message: Message, how: 'new' | 'updated'): void
  callChanged(extension: Extension, session: SessionEvent): void
  extensionChanged(extension: Extension, change: ExtensionChange, hints: string[]): void
}

interface Needs {
  clock: Clock
  random: Random
  world: World
  subscriptions: SubscriptionStore
  deliverer: Deliverer
  baseUrl(): string
}

interface Occurrence {
  kind: EventKind
  accountId: string
  extensionId: string
  wanted?(filter: EventFilter): boolean
  body: unknown
}

export function createNotifier(needs: Needs): Notifier {
  const { clock, random, world, subscriptions, deliverer } = needs

  const publish = ({ kind, accountId, extensionId, wanted, body }: Occurrence) => {
    for (const subscription of subscriptions.interestedIn(kind, accountId, extensionId)) {
      if (subscription.status !== 'Active') continue
      for (const filter of subscription.filters) {
        const about = filter.kind === kind && (filter.extensionId ?? extensionId) === extensionId
        if (!about || (wanted && !wanted(filter))) continue
        const envelope = {
          uuid: random.uuid(),
          event: filter.path,
          timestamp: time(clock.now()),
          subscriptionId: subscription.id,
          ownerId: subscription.extensionId,
          body,
        }
        deliverer.deliver(subscription, filter.path, JSON.stringify(envelope))
      }
    }
  }

  return {
    messageArrived(message) {
      const { accountId, extensionId } = message
      const body = renderInstant(world, needs.baseUrl(), message)
      publish({ kind: 'instant-message', accountId, extensionId, body })
    },

    mailboxChanged(message, how) {
      const { accountId, extensionId } = message
      const isNew = how === 'new'
      publish({
        kind: 'mailbox',
        accountId,
        extensionId,
        wanted: ({ query }) =>
          (query.get('type') ?? 'SMS') === 'SMS' &&
          (query.get('direction') ?? message.direction) === message.direction,
        body: {
          accountId,
          extensionId,
          lastUpdated: time(clock.now()),
          changes: [
            {
              type: 'SMS',
              newCount: isNew ? 1 : 0,
              updatedCount: isNew ? 0 : 1,
              ...(isNew && { newMessageIds: [message.id] }),
            },
          ],
        },
      })
    },

    callChanged({ id: extensionId, accountId }, body) {
      const wanted = ({ query }: EventFilter) =>
        body.parties.some(
          ({ direction, status, missedCall }) =>
            (query.get('direction') ?? direction) === direction &&
            (query.get('statusCode') ?? status.code) === status.code &&
            (query.get('missedCall') ?? String(missedCall)) === String(missedCall),
        )
      publish({ kind: 'telephony', accountId, extensionId, wanted, body })
      publish({ kind: 'account-telephony', accountId, extensionId, wanted, body })
    },

    extensionChanged({ id: extensionId, accountId }, eventType, hints) {
      // RingCentral's guide shows the list nested, its schema shows it flat: receivers must take both.
      const extensions = [{ extensionId, eventType, hints }]
      publish({ kind: 'extension-list', accountId, extensionId, body: { accountId, extensions } })
      if (eventType === 'Create') return
      const body = { extensionId, eventType, hints }
      publish({ kind: 'extension-info', accountId, extensionId, body })
    },
  }
}
