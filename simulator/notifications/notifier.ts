import type { A2PBatch, A2PMessage } from '../a2p/a2p-store.ts'
import { renderA2PMessage, renderBatch } from '../a2p/render.ts'
import type { SessionEvent } from '../calls/session-event.ts'
import type { Clock } from '../clock.ts'
import { time } from '../http/json.ts'
import type { Message } from '../messages/message.ts'
import type { Consent } from '../messages/opt-outs.ts'
import { renderInstant, renderVoicemail } from '../messages/render.ts'
import type { PresenceState } from '../presence/presence.ts'
import { renderPresenceEvent } from '../presence/render.ts'
import type { Random } from '../random.ts'
import { renderConsent } from '../resources/consents.ts'
import type { Extension, World } from '../world/world.ts'
import type { Deliverer } from './deliverer.ts'
import type { EventFilter } from './filter.ts'
import { createPublisher } from './publisher.ts'
import type { Subscription } from './subscription.ts'
import type { SubscriptionStore } from './subscription-store.ts'

export type ExtensionChange = 'Create' | 'Update' | 'Delete'

/** Tells subscribers what happened, in RingCentral's words. Never waits for them. */
export interface Notifier {
  messageArrived(message: Message): void
  /** A bell, not data: how many messages are new or changed, and no more. */
  mailboxChanged(message: Message, how: 'new' | 'updated'): void
  callChanged(extension: Extension, session: SessionEvent): void
  presenceChanged(extension: Extension, state: PresenceState, sequence: number): void
  extensionChanged(extension: Extension, change: ExtensionChange, hints: string[]): void
  a2pMessageChanged(message: A2PMessage): void
  a2pBatchChanged(batch: A2PBatch): void
  consentChanged(accountId: string, consent: Consent): void
  /** A subscription runs out. */
  remind(subscription: Subscription, event: string, expiresIn: number): void
}

interface Needs {
  clock: Clock
  random: Random
  world: World
  subscriptions: SubscriptionStore
  deliverer: Deliverer
  baseUrl(): string
}

export function createNotifier(needs: Needs): Notifier {
  const { clock, world } = needs
  const { publish, send, isAwaited } = createPublisher(needs)

  return {
    messageArrived(message) {
      const { accountId, extensionId } = message
      if (message.type === 'VoiceMail') {
        const body = renderVoicemail(world, needs.baseUrl(), message)
        publish({ kind: 'voicemail', accountId, extensionId, body })
      } else if (message.type === 'SMS' && isAwaited('instant-message', accountId, extensionId)) {
        const body = renderInstant(world, needs.baseUrl(), message)
        publish({ kind: 'instant-message', accountId, extensionId, body })
      }
    },

    mailboxChanged(message, how) {
      const { accountId, extensionId } = message
      if (!isAwaited('mailbox', accountId, extensionId)) return
      const isNew = how === 'new'
      publish({
        kind: 'mailbox',
        accountId,
        extensionId,
        wanted: ({ query }) =>
          allows(query, 'type', message.type) && allows(query, 'direction', message.direction),
        body: {
          accountId,
          extensionId,
          lastUpdated: time(clock.now()),
          changes: [
            {
              type: message.type,
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
          ({ direction, status, missedCall, from, to }) =>
            allows(query, 'direction', direction) &&
            allows(query, 'statusCode', status.code) &&
            allows(query, 'missedCall', String(missedCall)) &&
            allows(query, 'phoneNumber', from.phoneNumber ?? '', to.phoneNumber ?? ''),
        )
      publish({ kind: 'telephony', accountId, extensionId, wanted, body })
      publish({ kind: 'account-telephony', accountId, extensionId, wanted, body })
    },

    presenceChanged(extension, state, sequence) {
      const { id: extensionId, accountId } = extension
      publish({
        kind: 'presence',
        accountId,
        extensionId,
        // Whoever asked for both forms gets the detailed one alone.
        instead: (filter, others) => !isDetailed(filter) && others.some(isDetailed),
        bodyFor: (filter) => renderPresenceEvent(extension, state, sequence, isDetailed(filter)),
      })
      const body = renderPresenceEvent(extension, state, sequence, false)
      publish({ kind: 'account-presence', accountId, extensionId, body })
    },

    extensionChanged({ id: extensionId, accountId }, eventType, hints) {
      // RingCentral's guide shows the list nested, its schema shows it flat: receivers must take both.
      const extensions = [{ extensionId, eventType, hints }]
      publish({ kind: 'extension-list', accountId, extensionId, body: { accountId, extensions } })
      if (eventType === 'Create') return
      const body = { extensionId, eventType, hints }
      publish({ kind: 'extension-info', accountId, extensionId, body })
    },

    a2pMessageChanged(message) {
      publish({
        kind: 'a2p-messages',
        accountId: message.accountId,
        wanted: ({ query }) =>
          allows(query, 'direction', message.direction) &&
          allows(query, 'batchId', message.batchId ?? '') &&
          allows(query, 'from', message.from) &&
          allows(query, 'to', message.to),
        body: renderA2PMessage(message, 'Detailed', false),
      })
    },

    a2pBatchChanged(batch) {
      publish({
        kind: 'a2p-batches',
        accountId: batch.accountId,
        wanted: ({ query }) => allows(query, 'from', batch.from),
        body: renderBatch(batch, clock.now()),
      })
    },

    consentChanged(accountId, consent) {
      const { from, to, optStatus } = consent
      const active = optStatus === 'OptOut'
      publish({
        kind: 'a2p-opt-outs',
        accountId,
        wanted: ({ query }) => allows(query, 'from', from) && allows(query, 'to', to),
        body: { from, to, active },
      })
      publish({ kind: 'consents', accountId, body: { records: [renderConsent(consent)] } })
    },

    remind: (subscription, event, expiresIn) => send(subscription, event, { expiresIn }),
  }
}

function isDetailed({ query }: EventFilter): boolean {
  return query.get('detailedTelephonyState') === 'true'
}

/** Without the parameter all is wanted; given several times, each of its values is. Numbers go by their digits. */
function allows(query: URLSearchParams, name: string, ...values: string[]): boolean {
  const asked = query.getAll(name)
  const bare = (text: string) => (/^[\s+]?\d{7,}$/.test(text) ? text.replace(/\D/g, '') : text)
  return (
    asked.length === 0 || asked.some((one) => values.some((value) => bare(value) === bare(one)))
  )
}
