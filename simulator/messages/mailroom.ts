import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import { type Extension, fullName, type World } from '../world/world.ts'
import type { Mailboxes } from './mailboxes.ts'
import type { Attachment, Message, Party } from './message.ts'

const none: Attachment[] = []

type Given = Pick<
  Message,
  'type' | 'direction' | 'status' | 'readStatus' | 'from' | 'to' | 'text'
> &
  Partial<Message>

/** Writes records into mailboxes: gives each its id, and its place in a conversation. */
export function createMailroom(needs: {
  clock: Clock
  ids: Ids
  world: World
  mailboxes: Mailboxes
}) {
  const { clock, ids, world, mailboxes } = needs
  const conversations = new Map<string, string>()
  const colleagues = new Map<string, Party>()

  const conversationOf = (extensionId: string, parties: Party[]) => {
    const [one = '', other = '', ...more] = parties.map(
      ({ phoneNumber, extensionNumber }) => phoneNumber || `ext ${extensionNumber}`,
    )
    const key =
      more.length === 0
        ? `${extensionId} ${one < other ? one : other} ${one < other ? other : one}`
        : `${extensionId} ${[...new Set([one, other, ...more])].sort().join(' ')}`
    let id = conversations.get(key)
    if (id === undefined) {
      id = ids.conversation()
      conversations.set(key, id)
    }
    return id
  }

  /** One object for all the messages of a number: a hundred thousand copies would weigh. */
  const colleague = (phoneNumber: string, owner: Extension): Party => {
    const name = fullName(owner)
    const known = colleagues.get(phoneNumber)
    if (known?.extensionId === owner.id && known.name === name) return known
    const party = { phoneNumber, name, extensionId: owner.id }
    colleagues.set(phoneNumber, party)
    return party
  }

  return {
    /** Colleagues are known by name, other companies' people by number alone. */
    partyOf(phoneNumber: string, accountId: string): Party {
      const owner = world.ownerOf(phoneNumber)
      return owner?.accountId === accountId ? colleague(phoneNumber, owner) : { phoneNumber }
    },

    store(extension: Extension, given: Given): Message {
      const now = clock.now()
      const message: Message = {
        id: ids.numeric(),
        accountId: extension.accountId,
        extensionId: extension.id,
        attachments: none,
        createdAt: now,
        modifiedAt: now,
        availability: 'Alive',
        sendingAttempts: 0,
        conversationId: conversationOf(extension.id, [given.from, ...given.to]),
        ...given,
      }
      mailboxes.add(message)
      return message
    },
  }
}

export type Mailroom = ReturnType<typeof createMailroom>
