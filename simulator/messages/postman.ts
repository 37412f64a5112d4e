import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Notifier } from '../notifications/notifier.ts'
import type { Extension, World } from '../world/world.ts'
import { fullName } from '../world/world.ts'
import { fateOf } from './magic-numbers.ts'
import type { Mailboxes } from './mailboxes.ts'
import {
  type Attachment,
  aggregateStatus,
  type Message,
  type Party,
  type Recipient,
} from './message.ts'
import { createOptOuts } from './opt-outs.ts'

export interface Letter {
  from: string
  to: string[]
  text: string
  attachments: Attachment[]
}

/** Carries messages: accepts them, moves their statuses by the clock, and brings in those from outside. */
export interface Postman {
  accept(sender: Extension, letter: Letter, hideForMs?: number): Message
  /** A text arrives at the extensions of this world that it is addressed to, or at those among `reached`. */
  deliver(letter: Letter, reached?: string[]): Message[]
}

interface Needs {
  clock: Clock
  ids: Ids
  world: World
  mailboxes: Mailboxes
  notifier: Notifier
  delivery: { sentAfterMs: number; deliveredAfterMs: number }
}

export function createPostman(needs: Needs): Postman {
  const { clock, ids, world, mailboxes, notifier, delivery } = needs
  const conversations = new Map<string, string>()
  const optOuts = createOptOuts()

  /** Colleagues are known by name, other companies' people by number alone. */
  const partyOf = (phoneNumber: string, accountId: string): Party => {
    const owner = world.ownerOf(phoneNumber)
    return owner?.accountId === accountId
      ? { phoneNumber, name: fullName(owner), extensionId: owner.id }
      : { phoneNumber }
  }

  const conversationOf = (extensionId: string, numbers: string[]) => {
    const key = `${extensionId} ${[...new Set(numbers)].sort().join(' ')}`
    const id = conversations.get(key) ?? ids.conversation()
    conversations.set(key, id)
    return id
  }

  const store = (
    extension: Extension,
    letter: Letter,
    fields: Pick<Message, 'direction' | 'status' | 'readStatus' | 'to'> & Partial<Message>,
  ) => {
    const now = clock.now()
    const message: Message = {
      id: ids.numeric(),
      accountId: extension.accountId,
      extensionId: extension.id,
      from: partyOf(letter.from, extension.accountId),
      text: letter.text,
      attachments: letter.attachments,
      createdAt: now,
      modifiedAt: now,
      availability: 'Alive',
      sendingAttempts: 0,
      conversationId: conversationOf(extension.id, [letter.from, ...letter.to]),
      ...fields,
    }
    mailboxes.add(message)
    return message
  }

  const settle = (message: Message, change: (recipient: Recipient) => void) => {
    const before = JSON.stringify(message.to)
    for (const recipient of message.to) change(recipient)
    if (JSON.stringify(message.to) === before) return
    message.status = aggregateStatus(message.to)
    if (message.status === 'Delivered') message.deliveredAt = clock.now()
    mailboxes.touch(message)
    notifier.mailboxChanged(message, 'updated')
  }

  const fateFor = (from: string, to: string) =>
    optOuts.has(from, to)
      ? ({ status: 'SendingFailed', errorCode: 'SMS-RC-413' } as const)
      : fateOf(to)?.outcome

  const send = (message: Message, letter: Letter) =>
    settle(message, (recipient) => {
      const fate = fateFor(letter.from, recipient.phoneNumber)
      if (fate?.status === 'Queued') return
      message.sendingAttempts = 1
      recipient.status = fate?.status === 'SendingFailed' ? 'SendingFailed' : 'Sent'
      if (fate?.status === 'SendingFailed') recipient.errorCode = fate.errorCode
    })

  const finish = (message: Message, letter: Letter) => {
    settle(message, (recipient) => {
      if (recipient.status !== 'Sent') return
      const fate = fateFor(letter.from, recipient.phoneNumber)
      recipient.status = fate?.status ?? 'Delivered'
      if (fate?.errorCode) recipient.errorCode = fate.errorCode
    })
    const reached = message.to
      .filter((one) => one.status === 'Delivered')
      .map((one) => one.phoneNumber)
    postman.deliver(letter, reached)
  }

  const postman: Postman = {
    accept(sender, letter, hideForMs) {
      const message = store(sender, letter, {
        direction: 'Outbound',
        status: 'Queued',
        readStatus: 'Read',
        to: letter.to.map((to) => ({ ...partyOf(to, sender.accountId), status: 'Queued' })),
        hiddenUntil: hideForMs === undefined ? undefined : clock.now() + hideForMs,
      })
      notifier.mailboxChanged(message, 'new')
      clock.setTimer(delivery.sentAfterMs, () => send(message, letter))
      clock.setTimer(delivery.deliveredAfterMs, () => finish(message, letter))
      return message
    },

    deliver(letter, reached = letter.to) {
      const arrived: Message[] = []
      for (const to of reached) {
        const extension = world.reachedAt(to)
        // RingCentral drops what is sent to a disabled or frozen extension, and tells nobody.
        if (!extension) continue
        optOuts.hear(letter.from, to, letter.text)
        const message = store(extension, letter, {
          direction: 'Inbound',
          status: 'Received',
          readStatus: 'Unread',
          to: letter.to.map((one) => ({
            ...partyOf(one, extension.accountId),
            status: 'Received',
            ...(one === to && { target: true }),
          })),
        })
        arrived.push(message)
        notifier.messageArrived(message)
        notifier.mailboxChanged(message, 'new')
      }
      return arrived
    },
  }
  return postman
}
