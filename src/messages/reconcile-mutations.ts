import { RecipientOptedOutError } from '../consents/errors.ts'
import {
  ExtensionNotFoundError,
  ExtensionRevokedError,
  NotConnectedError,
} from '../extensions/errors.ts'
import { Extension } from '../extensions/schema.ts'
import { extensionIdDescription } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { MessageStatus } from './enums.ts'
import { MessageNotFoundError, NotUnconfirmedError } from './errors.ts'
import { Message } from './schema.ts'

builder.objectType(MessageNotFoundError, {
  name: 'MessageNotFoundError',
  description: 'There is no such message. Code MESSAGE_NOT_FOUND.',
  interfaces: [ErrorInterface],
})

builder.objectType(NotUnconfirmedError, {
  name: 'NotUnconfirmedError',
  description:
    'There is nothing to decide about the message (code NOT_UNCONFIRMED), or the other thing was decided before (ALREADY_RESOLVED).',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    status: t.expose('status', { type: MessageStatus, description: 'How far it has come.' }),
  }),
})

const Resolution = builder.enumType('UnconfirmedResolution', {
  description: 'What to do about a message of which nobody knows whether it was sent.',
  values: {
    RESEND: {
      value: 'RESENT',
      description:
        'Send it once more. If it was sent after all, the recipient gets it twice. Not to who has opted out meanwhile.',
    },
    GIVE_UP: {
      value: 'GIVEN_UP',
      description: 'Leave it. If it was not sent, the recipient never gets it.',
    },
  } as const,
})

const ResolveUnconfirmedInput = builder.inputType('ResolveUnconfirmedInput', {
  description: 'A decision about an UNCONFIRMED message.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message, `msg_…`.' }),
    resolution: t.field({ type: Resolution, required: true, description: 'What to do.' }),
  }),
})

builder.mutationField('resolveUnconfirmed', (t) =>
  t.prismaField({
    type: Message,
    description:
      'Decides about an UNCONFIRMED message. RESEND answers the new message, whose `resendOf` is the old one; GIVE_UP the message itself. Deciding the same again answers the same and sends nothing. Scope `messages:send`.',
    authScopes: { scope: 'messages:send' },
    errors: {
      types: [
        MessageNotFoundError,
        NotUnconfirmedError,
        ExtensionRevokedError,
        RecipientOptedOutError,
      ],
    },
    args: {
      input: t.arg({
        type: ResolveUnconfirmedInput,
        required: true,
        description: 'Which, and what.',
      }),
    },
    resolve: (_query, _parent, { input }, context) =>
      context.services.resolveUnconfirmed(tenantOf(context), input.messageId, input.resolution),
  }),
)

const SyncMessagesInput = builder.inputType('SyncMessagesInput', {
  description: 'Whose messages to compare with RingCentral’s.',
  fields: (t) => ({
    extensionId: t.id({
      required: true,
      description: `The extension, ${extensionIdDescription}.`,
    }),
  }),
})

builder.mutationField('syncMessages', (t) =>
  t.prismaField({
    type: Extension,
    description:
      'Compares the messages of an extension with RingCentral’s store now, which otherwise happens every few minutes: texts whose notification got lost come in by `messageReceived`. Answers at once; `inboundHealth.lastReconciledAt` tells when it is done. Scope `messages:read`.',
    authScopes: { scope: 'messages:read' },
    errors: { types: [ExtensionNotFoundError, NotConnectedError] },
    args: { input: t.arg({ type: SyncMessagesInput, required: true, description: 'Whose.' }) },
    resolve: (_query, _parent, { input }, context) =>
      context.services.syncNow(tenantOf(context), input.extensionId),
  }),
)
