import type { Conversation, Prisma } from '../db/generated/client/client.ts'
import { extensionIdDescription } from '../extensions/which-extension.ts'
import { builder } from '../graphql/builder.ts'
import type { Only } from '../graphql/context.ts'
import { namesOf } from '../graphql/narrowing.ts'
import { parseFilterNumber } from '../numbers/filter-number.ts'

export const ConversationFilter = builder.inputType('ConversationFilter', {
  description:
    'Which conversations. Everything given must hold; archived ones only when asked for.',
  fields: (t) => ({
    extensionId: t.id({ description: `Of this extension, ${extensionIdDescription}.` }),
    number: t.string({ description: 'Of this number of yours, in E.164: a shared inbox.' }),
    participant: t.string({
      description:
        'With this number of somebody else, in E.164; of a colleague the extension number.',
    }),
    assigneeId: t.string({ description: 'Which this user of your application looks after.' }),
    unassigned: t.boolean({
      description: 'Which nobody looks after; `false`: which somebody does.',
    }),
    unread: t.boolean({ description: 'With unread messages; `false`: with none.' }),
    archived: t.boolean({
      description: 'Archived ones; left out or `false`: those that are not.',
    }),
    search: t.string({
      description:
        'As a person types it, 1 to 200 characters: a part of a participant’s number, with at least 3 digits; of a name in contacts or directory (with the scope `people:read`); or words of the messages, each from its beginning on. Looks at the newest 500 matches of each kind.',
    }),
  }),
})

export type ConversationFilterInput = typeof ConversationFilter.$inferInput

/** What a live stream can be narrowed by: what never changes about a conversation. */
export const LiveConversationFilter = builder.inputType('LiveConversationFilter', {
  description:
    'Which conversations, by what never changes about them. Whether they are read, assigned or archived is yours to look at: so you hear of one that leaves your list.',
  fields: (t) => ({
    conversationId: t.id({ description: 'This one, `cnv_…`.' }),
    extensionId: t.id({ description: `Of this extension, ${extensionIdDescription}.` }),
    number: t.string({ description: 'Of this number of yours, in E.164: a shared inbox.' }),
    participant: t.string({
      description:
        'With this number of somebody else, in E.164; of a colleague the extension number.',
    }),
  }),
})

export type LiveConversationFilterInput = typeof LiveConversationFilter.$inferInput

/** The numbers of a filter as they are stored. Refuses what is no number, which would find nothing. */
export function withNumbers<Filter extends LiveConversationFilterInput>(
  filter: Filter | null | undefined,
): Filter | null | undefined {
  if (!filter) return filter
  const { number, participant } = filter
  return {
    ...filter,
    ...(number != null && { number: parseFilterNumber(number) }),
    ...(participant != null && { participant: parseFilterNumber(participant, 'participant') }),
  }
}

/** Without `search`, which takes questions of its own. */
export function whereConversation(
  tenantId: string,
  filter: ConversationFilterInput | null | undefined,
) {
  const { extensionId, number, participant, assigneeId, unassigned, unread, archived } =
    filter ?? {}
  const conditions: Prisma.ConversationWhereInput[] = [
    { tenantId },
    { archivedAt: archived ? { not: null } : null },
  ]
  if (extensionId) conditions.push({ extensionRowId: extensionId })
  if (number) conditions.push({ number })
  if (participant) conditions.push({ participants: { has: participant } })
  if (assigneeId) conditions.push({ assigneeId })
  if (unassigned != null) conditions.push({ assigneeId: unassigned ? null : { not: null } })
  if (unread != null) conditions.push({ unreadCount: unread ? { gt: 0 } : 0 })
  return { AND: conditions } satisfies Prisma.ConversationWhereInput
}

/** By what a conversation in an event is found: see `Subject.namesIn`. */
export const namesInConversation = (conversation: Conversation) => {
  const { id, extensionRowId, number, participants } = conversation
  return [id, extensionRowId, number, ...participants]
}

/** Something that each conversation it matches names, whatever else the filter says; undefined if there is no such thing. */
export function namesWanted(
  filter: LiveConversationFilterInput | null | undefined,
  only: Only | undefined,
) {
  const { conversationId, participant, number, extensionId } = filter ?? {}
  const name = conversationId || participant || number || extensionId
  return name ? [name] : namesOf(only)
}

export function matchesConversation(
  conversation: Conversation,
  filter: LiveConversationFilterInput | null | undefined,
): boolean {
  const { conversationId, extensionId, number, participant } = filter ?? {}
  return (
    (!conversationId || conversation.id === conversationId) &&
    (!extensionId || conversation.extensionRowId === extensionId) &&
    (!number || conversation.number === number) &&
    (!participant || conversation.participants.includes(participant))
  )
}
