import type { Clock } from '../clock.ts'
import type { Notifier } from '../notifications/notifier.ts'
import { type Extension, fullName } from '../world/world.ts'
import type { Mailroom } from './mailroom.ts'
import type { Message, Party } from './message.ts'

/** Texts between colleagues: by extension number, and there at once. */
export function createPager(needs: { clock: Clock; mailroom: Mailroom; notifier: Notifier }) {
  const { clock, mailroom, notifier } = needs
  const partyOf = (one: Extension): Party => ({
    phoneNumber: '',
    extensionNumber: one.extensionNumber,
    extensionId: one.id,
    name: fullName(one),
  })

  const put = (mailbox: Extension, direction: Message['direction'], facts: Facts) => {
    const inbound = direction === 'Inbound'
    const message = mailroom.store(mailbox, {
      type: 'Pager',
      direction,
      status: inbound ? 'Received' : 'Sent',
      readStatus: inbound ? 'Unread' : 'Read',
      from: partyOf(facts.from),
      to: facts.to.map((one) => ({
        ...partyOf(one),
        status: inbound ? 'Received' : 'Sent',
        ...(inbound && one.id === mailbox.id && { target: true }),
      })),
      text: facts.text,
      ...(facts.hideForMs && { hiddenUntil: clock.now() + facts.hideForMs }),
    })
    notifier.mailboxChanged(message, 'new')
    return message
  }

  return {
    /** Answers the record in the sender's own mailbox. */
    send(from: Extension, to: Extension[], text: string, hideForMs?: number): Message {
      const sent = put(from, 'Outbound', { from, to, text, hideForMs })
      for (const one of to) if (one.status === 'Enabled') put(one, 'Inbound', { from, to, text })
      return sent
    },
  }
}

interface Facts {
  from: Extension
  to: Extension[]
  text: string
  /** Not in the sender's lists for so long. */
  hideForMs?: number | undefined
}

export type Pager = ReturnType<typeof createPager>
