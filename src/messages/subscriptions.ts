import type { Message as MessageRow } from '../db/generated/client/client.ts'
import type { EventType } from '../events/event.ts'
import { eventType } from '../events/event-type.ts'
import { afterDescription, deliver } from '../events/subscription.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { narrowed } from '../graphql/narrowing.ts'
import {
  MessageFilter,
  type MessageFilterInput,
  matchesMessage,
  namesInMessage,
  namesWanted,
  readFilter,
} from './filter.ts'
import { Message } from './schema.ts'

const MessageEvent = eventType<MessageRow>('MessageEvent', {
  description: 'Something that happened to a message.',
  subject: 'message',
  type: Message,
})

type SubscriptionArgs = {
  after?: string | null | undefined
  filter?: MessageFilterInput | null | undefined
}

async function deliverMessages(type: EventType, args: SubscriptionArgs, context: Context) {
  const tenantId = tenantOf(context)
  const filter = await readFilter(context, args.filter)
  return deliver<MessageRow>(context.services.feed, {
    tenantId,
    subject: { types: [type], namesIn: namesInMessage },
    names: namesWanted(filter),
    after: args.after,
    ended: context.ended,
    matches: (message) => matchesMessage(message, filter),
  })
}

builder.subscriptionField('messageReceived', (t) =>
  t.field({
    type: MessageEvent,
    description:
      'Messages as they come in: texts, messages of colleagues, voicemails, faxes; `filter: { type: [SMS] }` for texts alone. Scope `messages:read`.',
    extensions: narrowed,
    authScopes: { scope: 'messages:read' },
    args: {
      after: t.arg.string({ description: afterDescription }),
      filter: t.arg({ type: MessageFilter, description: 'Which ones; all if left out.' }),
    },
    subscribe: (_parent, args, context) => deliverMessages('message.received', args, context),
    resolve: (delivery) => delivery,
  }),
)

builder.subscriptionField('messageStatusChanged', (t) =>
  t.field({
    type: MessageEvent,
    description:
      'Every step of your outbound messages, from QUEUED to the end. Scope `messages:read`.',
    extensions: narrowed,
    authScopes: { scope: 'messages:read' },
    args: {
      after: t.arg.string({ description: afterDescription }),
      filter: t.arg({ type: MessageFilter, description: 'Which ones; all if left out.' }),
    },
    subscribe: (_parent, args, context) => deliverMessages('message.status', args, context),
    resolve: (delivery) => delivery,
  }),
)

builder.subscriptionField('messageChanged', (t) =>
  t.field({
    type: MessageEvent,
    description:
      'What changes about messages besides their status: that one was read or heard at RingCentral (`isRead`), that a voicemail has been written down (`text`), that one was deleted there (`deletedAt`) or brought back; and those sent elsewhere (`sentElsewhere`), as they appear and move. Scope `messages:read`.',
    extensions: narrowed,
    authScopes: { scope: 'messages:read' },
    args: {
      after: t.arg.string({ description: afterDescription }),
      filter: t.arg({ type: MessageFilter, description: 'Which ones; all if left out.' }),
    },
    subscribe: (_parent, args, context) => deliverMessages('message.changed', args, context),
    resolve: (delivery) => delivery,
  }),
)
