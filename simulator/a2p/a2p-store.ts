import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Carriers } from '../messages/carriers.ts'
import { countSegments, type Direction, type MessageStatus } from '../messages/message.ts'
import type { OptOuts } from '../messages/opt-outs.ts'
import type { Notifier } from '../notifications/notifier.ts'
import type { Random } from '../random.ts'
import type { World } from '../world/world.ts'

export interface A2PMessage {
  id: string
  accountId: string
  batchId?: string
  from: string
  to: string
  text: string
  direction: Direction
  status: Exclude<MessageStatus, 'Received'>
  errorCode?: string
  createdAt: number
  modifiedAt: number
  /** In no list before. */
  hiddenUntil?: number
}

export interface A2PBatch {
  id: string
  accountId: string
  from: string
  size: number
  createdAt: number
  modifiedAt: number
  messages: A2PMessage[]
}

interface Needs {
  clock: Clock
  random: Random
  ids: Ids
  world: World
  carriers: Carriers
  optOuts: OptOuts
  notifier: Notifier
  delivery: { sentAfterMs: number; deliveredAfterMs: number; hiddenForMs: number }
}

/** High-volume texts: batches of them, in a store apart from everybody's mailboxes. */
export function createA2PStore(needs: Needs) {
  const { clock, random, ids, world, carriers, optOuts, notifier, delivery } = needs
  const batches: A2PBatch[] = []
  const messages: A2PMessage[] = []

  const add = (fields: Omit<A2PMessage, 'id' | 'createdAt' | 'modifiedAt'>): A2PMessage => {
    const now = clock.now()
    const message = { id: ids.numeric(), createdAt: now, modifiedAt: now, ...fields }
    messages.push(message)
    return message
  }

  const move = (batch: A2PBatch, from: A2PMessage['status']) => {
    for (const message of batch.messages) {
      if (message.status !== from) continue
      const fate = carriers.fateOf(message.from, message.to)
      const fails = fate?.status === 'SendingFailed'
      if (fate?.status === 'Queued') continue
      message.status =
        from === 'Queued'
          ? fails
            ? 'SendingFailed'
            : 'Sent'
          : ((fate?.status as A2PMessage['status'] | undefined) ?? 'Delivered')
      if (fate?.errorCode && (from === 'Sent' || fails)) message.errorCode = fate.errorCode
      message.modifiedAt = clock.now()
      notifier.a2pMessageChanged(message)
    }
    batch.modifiedAt = clock.now()
    notifier.a2pBatchChanged(batch)
  }

  return {
    acceptBatch(
      accountId: string,
      from: string,
      size: number,
      texts: { to: string; text: string }[],
      hideForMs = delivery.hiddenForMs,
    ) {
      const now = clock.now()
      const hidden = hideForMs > 0 && { hiddenUntil: now + hideForMs }
      const id = random.uuid()
      const batch: A2PBatch = {
        id,
        accountId,
        from,
        size,
        createdAt: now,
        modifiedAt: now,
        messages: [],
      }
      batches.push(batch)
      for (const { to, text } of texts) {
        batch.messages.push(
          add({
            ...{ accountId, batchId: id, from, to, text, ...hidden },
            direction: 'Outbound',
            status: 'Queued',
          }),
        )
      }
      clock.setTimer(delivery.sentAfterMs, () => move(batch, 'Queued'))
      clock.setTimer(delivery.deliveredAfterMs, () => move(batch, 'Sent'))
      return batch
    },

    /** Somebody outside writes to a high-volume number. */
    receive(from: string, to: string, text: string): A2PMessage | undefined {
      const number = world.numbers.get(to)
      if (!number?.features.includes('A2PSmsSender')) return undefined
      optOuts.hear(from, to, text)
      const { accountId } = number
      const message = add({ accountId, from, to, text, direction: 'Inbound', status: 'Delivered' })
      notifier.a2pMessageChanged(message)
      return message
    },

    batches: (accountId: string) => batches.filter((one) => one.accountId === accountId).reverse(),
    /** Newest first, without those that are hidden for now. */
    messages: (accountId: string) =>
      messages
        .filter((one) => one.accountId === accountId)
        .filter(({ hiddenUntil = 0 }) => hiddenUntil <= clock.now())
        .reverse(),
    /** Every text ever accepted for sending, oldest first. */
    outbox: () => messages.filter((one) => one.direction === 'Outbound'),
  }
}

export type A2PStore = ReturnType<typeof createA2PStore>

/** What a segment costs here; RingCentral's prices are its own. */
const segmentCost = 0.007

export function costOf(message: A2PMessage): number {
  return Number((countSegments(message.text) * segmentCost).toFixed(4))
}
