import { readList } from '../http/query.ts'
import type { Message } from '../messages/message.ts'

const types = ['SMS', 'Fax', 'VoiceMail', 'Pager', 'Text']

/** What `message-store` and `message-sync` both filter by. It can be written down, to live in a sync token. */
export interface MessageFilter {
  matches(message: Message): boolean
  /** Without regard to whether the message was deleted, which a sync has to tell of. */
  matchesDeletedToo(message: Message): boolean
  query: string
}

export function readMessageFilter(query: URLSearchParams, myId: string): MessageFilter {
  const owners = readOwners(query, 'owner', myId)
  const ownerTypes = query.getAll('ownerExtensionType').filter(Boolean)
  const voicemailOwners = readOwners(query, 'voicemailOwner', myId)
  const messageTypes = readList(query, 'messageType', types)
  const directions = readList(query, 'direction', ['Inbound', 'Outbound'])
  const readStatuses = readList(query, 'readStatus', ['Read', 'Unread'])
  const availabilities = readList(query, 'availability', ['Alive', 'Deleted', 'Purged']) ?? [
    'Alive',
  ]
  const conversations = query.getAll('conversationId').filter(Boolean)
  const phoneNumber = query.get('phoneNumber')?.replace(/\D/g, '')

  const matchesDeletedToo = (message: Message) =>
    (messageTypes?.includes(message.type) ?? true) &&
    // Mailboxes belong to users here, and to nobody else.
    (ownerTypes.length === 0 || ownerTypes.includes('User')) &&
    (!owners || owners.includes(message.extensionId)) &&
    (!voicemailOwners ||
      message.type !== 'VoiceMail' ||
      voicemailOwners.includes(message.extensionId)) &&
    (directions?.includes(message.direction) ?? true) &&
    (readStatuses?.includes(message.readStatus) ?? true) &&
    (conversations.length === 0 || conversations.includes(message.conversationId)) &&
    (!phoneNumber ||
      [message.from, ...message.to].some(
        (party) => party.phoneNumber.replace(/\D/g, '') === phoneNumber,
      ))

  return {
    matchesDeletedToo,
    matches: (message) =>
      availabilities.includes(message.availability) && matchesDeletedToo(message),
    query: query.toString(),
  }
}

function readOwners(query: URLSearchParams, name: string, myId: string): string[] | undefined {
  const ids = query.getAll(name).filter(Boolean)
  return ids.length === 0 ? undefined : ids.map((id) => (id === '~' ? myId : id))
}
