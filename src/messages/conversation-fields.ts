import { Conversation } from '../conversations/schema.ts'
import { builder } from '../graphql/builder.ts'
import { within } from '../graphql/narrowing.ts'
import { pageSize } from '../graphql/pagination.ts'
import { MessageType } from './enums.ts'
import { messagesOf } from './page-of-each.ts'
import { Message } from './schema.ts'
import { whereMessageWithin } from './within.ts'

// A conversation is also reached from a text that its reader has sent, or by a change that its reader may make.
const mayRead = { scope: 'messages:read' }

builder.prismaObjectFields(Conversation, (t) => ({
  type: t.expose('type', { type: MessageType, description: 'SMS or INTERNAL.' }),
  lastMessage: t.relation('lastMessage', {
    type: Message,
    nullable: true,
    description: 'The newest message, by `createdAt`. Scope `messages:read`.',
    authScopes: mayRead,
  }),
  messages: t.prismaConnection(
    {
      type: Message,
      cursor: 'id',
      ...pageSize,
      description:
        'Its messages, newest first. To filter them, ask `messages` with `conversationId`. Scope `messages:read`.',
      authScopes: mayRead,
      totalCount: ({ id }, _args, context) =>
        context.db.message.count({
          where: { conversationId: id, AND: within(context, whereMessageWithin) },
        }),
      resolve: (query, { id }, _args, context) => messagesOf(context, id, query),
    },
    { name: 'ConversationMessagesConnection', description: 'A page of a conversation’s messages.' },
    {
      name: 'ConversationMessagesEdge',
      description: 'A message and its place in the conversation.',
    },
  ),
}))

builder.prismaObjectFields(Message, (t) => ({
  conversation: t.relation('conversation', {
    type: Conversation,
    nullable: true,
    description: 'Where it belongs; null for voicemails and faxes.',
  }),
  sentElsewhere: t.exposeBoolean('sentElsewhere'),
  importedAt: t.expose('importedAt', { type: 'DateTime', nullable: true }),
  readStateSynced: t.boolean({
    nullable: true,
    description:
      'Inbound: whether RingCentral has the same `isRead`. False while it has yet to be told, and for good where the grant lacks EditMessages, or RingCentral refused it. Null for outbound, and while neither is known.',
    resolve: ({ isRead, rcIsRead }) => (isRead === null ? null : isRead === rcIsRead),
  }),
}))
