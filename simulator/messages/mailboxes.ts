import type { Clock } from '../clock.ts'
import type { Message } from './message.ts'

/** Every extension's messages, and the order in which they changed: what a sync reads. */
export interface Mailboxes {
  add(message: Message): void
  /** Notes that a message changed now. */
  touch(message: Message): void
  find(extensionId: string, messageId: string): Message | undefined
  /** Newest first, without those that are hidden for now. */
  newestFirst(extensionId: string, since?: number): Iterable<Message>
  /** What changed at or after `since`, each once, in the order of its last change. */
  changedSince(extensionId: string, since: number): Message[]
  /** Every text ever accepted for sending, oldest first. */
  outbox(): readonly Message[]
}

interface Mailbox {
  messages: Message[]
  byId: Map<string, Message>
  /** Two lists side by side: an object for each change would weigh more than the message. */
  changedAt: number[]
  changed: Message[]
}

export function createMailboxes(clock: Clock): Mailboxes {
  const mailboxes = new Map<string, Mailbox>()
  const accepted: Message[] = []

  const mailboxOf = (extensionId: string): Mailbox => {
    let mailbox = mailboxes.get(extensionId)
    if (!mailbox) {
      mailbox = { messages: [], byId: new Map(), changedAt: [], changed: [] }
      mailboxes.set(extensionId, mailbox)
    }
    return mailbox
  }

  const visible = (message: Message) =>
    message.hiddenUntil === undefined || message.hiddenUntil <= clock.now()

  const record = (message: Message) => {
    const { changedAt, changed } = mailboxOf(message.extensionId)
    changedAt.push(clock.now())
    changed.push(message)
  }

  return {
    add(message) {
      const mailbox = mailboxOf(message.extensionId)
      mailbox.messages.push(message)
      mailbox.byId.set(message.id, message)
      if (message.direction === 'Outbound' && message.type === 'SMS') accepted.push(message)
      record(message)
      // A hidden message is news when it comes to light, or no sync would ever tell of it.
      if (message.hiddenUntil !== undefined) {
        clock.setTimer(message.hiddenUntil - clock.now(), () => record(message))
      }
    },

    touch(message) {
      message.modifiedAt = clock.now()
      record(message)
    },

    find(extensionId, messageId) {
      const message = mailboxes.get(extensionId)?.byId.get(messageId)
      return message && visible(message) ? message : undefined
    },

    *newestFirst(extensionId, since = Number.NEGATIVE_INFINITY) {
      const messages = mailboxes.get(extensionId)?.messages ?? []
      for (let index = messages.length - 1; index >= 0; index--) {
        const message = messages[index] as Message
        if (message.createdAt < since) return
        if (visible(message)) yield message
      }
    },

    changedSince(extensionId, since) {
      const { changedAt = [], changed = [] } = mailboxes.get(extensionId) ?? {}
      const found = new Set<Message>()
      for (let index = changed.length - 1; index >= 0; index--) {
        if ((changedAt[index] as number) < since) break
        const message = changed[index] as Message
        if (visible(message)) found.add(message)
      }
      return [...found].reverse()
    },

    outbox: () => accepted,
  }
}
