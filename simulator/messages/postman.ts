import type { Clock } from '../clock.ts'
import type { Notifier } from '../notifications/notifier.ts'
import type { Extension, World } from '../world/world.ts'
import type { Carriers } from './carriers.ts'
import type { Mailboxes } from './mailboxes.ts'
import type { Mailroom } from './mailroom.ts'
import { type Attachment, aggregateStatus, type Message, type Recipient } from './message.ts'
import type { OptOuts } from './opt-outs.ts'

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
  world: World
  mailboxes: Mailboxes
  mailroom: Mailroom
  carriers: Carriers
  optOuts: OptOuts
  notifier: Notifier
  delivery: { sentAfterMs: number; deliveredAfterMs: number; hiddenForMs: number }
}

export function createPostman(needs: Needs): Postman {
  const { clock, world, mailboxes, mailroom, carriers, optOuts, notifier, delivery } = needs

  const settle = (message: Message, change: (recipient: Recipient) => boolean) => {
    let changed = false
    for (const recipient of message.to) changed = change(recipient) || changed
    if (!changed) return
    message.status = aggregateStatus(message.to)
    if (message.status === 'Delivered') message.deliveredAt = clock.now()
    mailboxes.touch(message)
    notifier.mailboxChanged(message, 'updated')
  }

  const send = (message: Message) =>
    settle(message, (recipient) => {
      const fate = carriers.fateOf(message.from.phoneNumber, recipient.phoneNumber)
      if (fate?.status === 'Queued') return false
      message.sendingAttempts = 1
      recipient.status = fate?.status === 'SendingFailed' ? 'SendingFailed' : 'Sent'
      if (fate?.status === 'SendingFailed') recipient.errorCode = fate.errorCode
      return true
    })

  const finish = (message: Message) => {
    const reached: string[] = []
    settle(message, (recipient) => {
      if (recipient.status !== 'Sent') return false
      const fate = carriers.fateOf(message.from.phoneNumber, recipient.phoneNumber)
      recipient.status = fate?.status ?? 'Delivered'
      if (fate?.errorCode) recipient.errorCode = fate.errorCode
      if (recipient.status === 'Delivered') reached.push(recipient.phoneNumber)
      return recipient.status !== 'Sent' || fate?.errorCode !== undefined
    })
    if (!reached.some((number) => world.numbers.has(number))) return
    const { from, to, text, attachments } = message
    postman.deliver(
      { from: from.phoneNumber, to: to.map((one) => one.phoneNumber), text, attachments },
      reached,
    )
  }

  const postman: Postman = {
    accept(sender, letter, hideForMs = delivery.hiddenForMs) {
      const message = mailroom.store(sender, {
        type: 'SMS',
        direction: 'Outbound',
        status: 'Queued',
        readStatus: 'Read',
        from: mailroom.partyOf(letter.from, sender.accountId),
        to: letter.to.map((to) => ({
          ...mailroom.partyOf(to, sender.accountId),
          status: 'Queued',
        })),
        text: letter.text,
        ...(letter.attachments.length > 0 && { attachments: letter.attachments }),
        ...(hideForMs > 0 && { hiddenUntil: clock.now() + hideForMs }),
      })
      notifier.mailboxChanged(message, 'new')
      clock.setTimer(delivery.sentAfterMs, () => send(message))
      clock.setTimer(delivery.deliveredAfterMs, () => finish(message))
      return message
    },

    deliver(letter, reached = letter.to) {
      const arrived: Message[] = []
      for (const to of reached) {
        const extension = world.reachedAt(to)
        // RingCentral drops what is sent to a disabled or frozen extension, and tells nobody.
        if (!extension) continue
        optOuts.hear(letter.from, to, letter.text)
        const message = mailroom.store(extension, {
          type: 'SMS',
          direction: 'Inbound',
          status: 'Received',
          readStatus: 'Unread',
          from: mailroom.partyOf(letter.from, extension.accountId),
          to: letter.to.map((one) => ({
            ...mailroom.partyOf(one, extension.accountId),
            status: 'Received',
            ...(one === to && { target: true }),
          })),
          text: letter.text,
          attachments: letter.attachments,
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
