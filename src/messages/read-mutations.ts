import { ConversationNotFoundError } from '../conversations/errors.ts'
import { Conversation } from '../conversations/schema.ts'
import { requireConversationWithin } from '../conversations/within.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { narrowed, onlyOf } from '../graphql/narrowing.ts'
import { MessageNotFoundError } from './errors.ts'

const mayWrite = { scope: 'conversations:write' }

const MarkConversationReadInput = builder.inputType('MarkConversationReadInput', {
  description: 'What has been read.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation, `cnv_…`.' }),
    upTo: t.id({
      description:
        'The newest message that was seen, `msg_…`: what came in after it stays unread. Left out: everything.',
    }),
  }),
})

builder.mutationField('markConversationRead', (t) =>
  t.prismaField({
    type: Conversation,
    description:
      'Marks the messages that came in as read, here at once and at RingCentral within minutes, where the grant covers EditMessages; `Message.readStateSynced` tells. What is read at RingCentral counts here as well. Scope `conversations:write`.',
    extensions: narrowed,
    authScopes: mayWrite,
    errors: { types: [ConversationNotFoundError, MessageNotFoundError] },
    args: {
      input: t.arg({
        type: MarkConversationReadInput,
        required: true,
        description: 'Which, and how far.',
      }),
    },
    resolve: async (_query, _parent, { input }, context) => {
      await requireConversationWithin(context, input.conversationId)
      const { readState } = context.services
      const { conversationId, upTo } = input
      return readState.markRead(tenantOf(context), conversationId, upTo, onlyOf(context))
    },
  }),
)

const MarkConversationUnreadInput = builder.inputType('MarkConversationUnreadInput', {
  description: 'Which conversation to come back to.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation, `cnv_…`.' }),
  }),
})

builder.mutationField('markConversationUnread', (t) =>
  t.prismaField({
    type: Conversation,
    description:
      'Marks the newest message that came in as unread, here and at RingCentral, as `markConversationRead` does. A conversation in which nothing came in stays as it is. Scope `conversations:write`.',
    extensions: narrowed,
    authScopes: mayWrite,
    errors: { types: [ConversationNotFoundError] },
    args: {
      input: t.arg({ type: MarkConversationUnreadInput, required: true, description: 'Which.' }),
    },
    resolve: async (_query, _parent, { input }, context) => {
      await requireConversationWithin(context, input.conversationId)
      const { readState } = context.services
      return readState.markUnread(tenantOf(context), input.conversationId, onlyOf(context))
    },
  }),
)
