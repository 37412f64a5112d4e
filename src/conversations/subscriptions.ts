import type { Conversation as ConversationRow } from '../db/generated/client/client.ts'
import { eventType } from '../events/event-type.ts'
import { afterDescription, deliver } from '../events/subscription.ts'
import { withRowId } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { narrowed, onlyOf } from '../graphql/narrowing.ts'
import {
  LiveConversationFilter,
  matchesConversation,
  namesInConversation,
  namesWanted,
  withNumbers,
} from './filter.ts'
import { Conversation } from './schema.ts'
import { isConversationWithin } from './within.ts'

const ConversationEvent = eventType<ConversationRow>('ConversationEvent', {
  description: 'Something that happened to a conversation.',
  subject: 'conversation',
  type: Conversation,
})

builder.subscriptionField('conversationChanged', (t) =>
  t.field({
    type: ConversationEvent,
    description:
      'Conversations as they get a message (in or out, wherever it was sent from, imported ones as well), are read, assigned, archived and brought back. Scope `messages:read`.',
    extensions: narrowed,
    authScopes: { scope: 'messages:read' },
    args: {
      after: t.arg.string({ description: afterDescription }),
      filter: t.arg({
        type: LiveConversationFilter,
        description: 'Which ones; all if left out.',
      }),
    },
    subscribe: async (_parent, args, context) => {
      const tenantId = tenantOf(context)
      const only = onlyOf(context)
      const filter = withNumbers(await withRowId(context.db, tenantId, args.filter))
      return deliver<ConversationRow>(context.services.feed, {
        tenantId,
        subject: { types: ['conversation.changed'], namesIn: namesInConversation },
        names: namesWanted(filter, only),
        after: args.after,
        ended: context.ended,
        matches: (conversation) =>
          (!only || isConversationWithin(conversation, only)) &&
          matchesConversation(conversation, filter),
      })
    },
    resolve: (delivery) => delivery,
  }),
)
