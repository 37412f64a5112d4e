import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { narrowed } from '../graphql/narrowing.ts'
import type { Cancellation } from './cancel.ts'
import { MessageStatus } from './enums.ts'
import { MessageNotFoundError, MessageNotWaitingError, maxDaysAhead } from './errors.ts'
import { Message } from './schema.ts'
import { requireMessageWithin } from './within.ts'

builder.objectType(MessageNotWaitingError, {
  name: 'MessageNotWaitingError',
  description: 'The message does not wait to be sent (any more). Code MESSAGE_NOT_WAITING.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    status: t.expose('status', { type: MessageStatus, description: 'How far it has come.' }),
  }),
})

const Outcome = builder.enumType('CancelOutcome', {
  description: 'Whether a message could be taken back.',
  values: {
    CANCELED: { description: 'It is CANCELED, and will never be sent.' },
    REQUESTED: {
      description:
        'It is being handed to RingCentral at this moment, or nobody knows yet whether it was. If RingCentral does not have it, it becomes CANCELED and is not tried again; otherwise it is SENT. `messageStatusChanged` tells.',
    },
    TOO_LATE: {
      description:
        'RingCentral has it, or may have it for ever (UNCONFIRMED: then leave it with `resolveUnconfirmed`); or it came to its end in another way.',
    },
  } as const,
})

const MessageCancellation = builder.objectRef<Cancellation>('MessageCancellation').implement({
  description: 'What became of the wish to take a message back.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'outcome' in value,
  fields: (t) => ({
    outcome: t.expose('outcome', { type: Outcome, description: 'Whether it came in time.' }),
    // Not `message`, which is what every typed error says.
    target: t.expose('message', { type: Message, description: 'The message as it is now.' }),
  }),
})

const CancelMessageInput = builder.inputType('CancelMessageInput', {
  description: 'A message to take back.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message, `msg_…`; an outbound one.' }),
  }),
})

builder.mutationField('cancelMessage', (t) =>
  t.field({
    type: MessageCancellation,
    description:
      'Takes a message back that waits or is scheduled, and tells honestly whether it came in time. Asking again answers how it stands. Scope `messages:send`.',
    extensions: narrowed,
    authScopes: { scope: 'messages:send' },
    errors: { types: [MessageNotFoundError] },
    args: { input: t.arg({ type: CancelMessageInput, required: true, description: 'Which.' }) },
    resolve: async (_parent, { input }, context) => {
      await requireMessageWithin(context, input.messageId)
      return context.services.cancelMessage(tenantOf(context), input.messageId)
    },
  }),
)

const RescheduleMessageInput = builder.inputType('RescheduleMessageInput', {
  description: 'Another time for a message that waits.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message, `msg_…`.' }),
    sendAt: t.field({
      type: 'DateTime',
      required: true,
      description: `When to send it, up to ${maxDaysAhead} days ahead. Its \`validFor\` counts from here; refused if quiet hours last longer than that.`,
    }),
  }),
})

builder.mutationField('rescheduleMessage', (t) =>
  t.prismaField({
    type: Message,
    description:
      'Gives a message that is QUEUED or SCHEDULED another time; it is SCHEDULED until then. Once RingCentral has been asked to send it, it is too late: `MessageNotWaitingError`. Scope `messages:send`.',
    extensions: narrowed,
    authScopes: { scope: 'messages:send' },
    errors: { types: [MessageNotFoundError, MessageNotWaitingError] },
    args: {
      input: t.arg({
        type: RescheduleMessageInput,
        required: true,
        description: 'Which, and when.',
      }),
    },
    resolve: async (_query, _parent, { input }, context) => {
      await requireMessageWithin(context, input.messageId)
      return context.services.rescheduleMessage(tenantOf(context), input.messageId, input.sendAt)
    },
  }),
)
