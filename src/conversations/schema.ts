import { Extension } from '../extensions/schema.ts'
import { builder, tenantOf, tenantWith } from '../graphql/builder.ts'
import { narrowed, rowsWithin, within } from '../graphql/narrowing.ts'
import { ConversationParticipant } from './participant-schema.ts'
import { isConversationWithin, whereConversationWithin } from './within.ts'

export const Conversation = builder.prismaNode('Conversation', {
  nullable: true,
  description:
    'The thread of one of your numbers with one set of people: all texts between them, in both directions, wherever they were sent from; or, of an extension, its messages with the same colleagues. Voicemails and faxes are no conversations.',
  extensions: rowsWithin(isConversationWithin),
  id: { field: 'id', description: 'For example `cnv_…`.' },
  findUnique: (id, context) => ({
    id,
    tenantId: tenantWith(context, 'messages:read'),
    AND: within(context, whereConversationWithin),
  }),
  fields: (t) => ({
    number: t.exposeString('number'),
    participants: t.field({
      type: [ConversationParticipant],
      description:
        'The others, sorted by number. Several are a group, in which everybody sees everybody.',
      resolve: ({ participants, extensionRowId }) =>
        participants.map((number) => ({ number, extensionRowId })),
    }),
    lastMessageAt: t.expose('lastMessageAt', {
      type: 'DateTime',
      description: 'When the newest message was created: what the list is sorted by.',
    }),
    unreadCount: t.exposeInt('unreadCount'),
    archivedAt: t.expose('archivedAt', { type: 'DateTime', nullable: true }),
    assigneeId: t.exposeString('assigneeId', { nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    extension: t.relation('extension', {
      type: Extension,
      description: 'Whose number it is; of colleagues, in whose mailbox it is.',
    }),
  }),
})

builder.queryField('conversation', (t) =>
  t.prismaField({
    type: Conversation,
    nullable: true,
    description: 'One conversation; null if there is none with this id. Scope `messages:read`.',
    extensions: narrowed,
    authScopes: { scope: 'messages:read' },
    args: { id: t.arg.id({ required: true, description: 'The conversation’s id, `cnv_…`.' }) },
    resolve: (query, _parent, { id }, context) =>
      context.db.conversation.findUnique({
        ...query,
        where: { id, tenantId: tenantOf(context), AND: within(context, whereConversationWithin) },
      }),
  }),
)
