import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { narrowed } from '../graphql/narrowing.ts'
import { ConversationNotFoundError } from './errors.ts'
import { Conversation } from './schema.ts'
import { requireConversationWithin } from './within.ts'

const mayWrite = { scope: 'conversations:write' }

builder.objectType(ConversationNotFoundError, {
  name: 'ConversationNotFoundError',
  description: 'There is no such conversation. Code CONVERSATION_NOT_FOUND.',
  interfaces: [ErrorInterface],
})

const errors = { types: [ConversationNotFoundError] }

const ArchiveConversationInput = builder.inputType('ArchiveConversationInput', {
  description: 'Which conversation to archive.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation, `cnv_…`.' }),
  }),
})

builder.mutationField('archiveConversation', (t) =>
  t.prismaField({
    type: Conversation,
    description:
      'Takes a conversation out of the list; a new inbound message brings it back. RingCentral knows nothing of it. Scope `conversations:write`.',
    extensions: narrowed,
    authScopes: mayWrite,
    errors,
    args: {
      input: t.arg({ type: ArchiveConversationInput, required: true, description: 'Which.' }),
    },
    resolve: async (_query, _parent, { input }, context) => {
      await requireConversationWithin(context, input.conversationId)
      return context.services.conversationChanges.archive(tenantOf(context), input.conversationId)
    },
  }),
)

const UnarchiveConversationInput = builder.inputType('UnarchiveConversationInput', {
  description: 'Which conversation to bring back.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation, `cnv_…`.' }),
  }),
})

builder.mutationField('unarchiveConversation', (t) =>
  t.prismaField({
    type: Conversation,
    description: 'Brings an archived conversation back into the list. Scope `conversations:write`.',
    extensions: narrowed,
    authScopes: mayWrite,
    errors,
    args: {
      input: t.arg({ type: UnarchiveConversationInput, required: true, description: 'Which.' }),
    },
    resolve: async (_query, _parent, { input }, context) => {
      await requireConversationWithin(context, input.conversationId)
      return context.services.conversationChanges.unarchive(tenantOf(context), input.conversationId)
    },
  }),
)

const AssignConversationInput = builder.inputType('AssignConversationInput', {
  description: 'Who looks after a conversation.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation, `cnv_…`.' }),
    userId: t.string({
      description:
        'Your own id of the user, 1 to 255 characters, mapped to an extension or not; null or left out: nobody any more.',
    }),
  }),
})

builder.mutationField('assignConversation', (t) =>
  t.prismaField({
    type: Conversation,
    description:
      'Says which user of your application looks after a conversation; who did before does no more. Scope `conversations:write`.',
    extensions: narrowed,
    authScopes: mayWrite,
    errors,
    args: {
      input: t.arg({
        type: AssignConversationInput,
        required: true,
        description: 'Which, and who.',
      }),
    },
    resolve: async (_query, _parent, { input: { conversationId, userId } }, context) => {
      await requireConversationWithin(context, conversationId)
      const { conversationChanges } = context.services
      return conversationChanges.assign(tenantOf(context), conversationId, userId)
    },
  }),
)
