import {
  ExtensionNotFoundError,
  ExtensionRevokedError,
  NotConnectedError,
  UserNotMappedError,
} from '../extensions/errors.ts'
import { GrantLacksScopeError } from '../extensions/ringcentral-refusals.ts'
import { extensionIdDescription } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { FeatureDisabledError } from '../tenants/errors.ts'
import {
  IdempotencyConflictError,
  InvalidRecipientsError,
  InvalidTextError,
  maxColleagues,
  maxDaysAhead,
  maxInternalTextLength,
  maxValidFor,
  RecipientNotFoundError,
} from './errors.ts'
import { Message } from './schema.ts'

builder.objectType(RecipientNotFoundError, {
  name: 'RecipientNotFoundError',
  description:
    'Nobody in the company of the extension that sends is named so; nothing was sent. Code RECIPIENT_NOT_FOUND.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    recipient: t.exposeString('recipient', { description: 'As it was given in `to`.' }),
  }),
})

const SendInternalMessageInput = builder.inputType('SendInternalMessageInput', {
  description: 'A message from colleague to colleague.',
  fields: (t) => ({
    from: t.id({
      description: `The extension that sends, ${extensionIdDescription}. This or \`userId\`.`,
    }),
    userId: t.string({
      description:
        'Instead of `from`, a user of your application: the extension that they are mapped to sends.',
    }),
    to: t.idList({
      required: true,
      description: `The colleagues, 1 to ${maxColleagues}: each by the \`id\` (\`ext_…\`) or \`extensionId\` of their extension, or by its number: \`101\`. They need not be connected; \`directory\` lists them. Several are one conversation, in which everybody sees everybody.`,
    }),
    text: t.string({
      required: true,
      description: `What to say, 1 to ${maxInternalTextLength} UTF-16 code units.`,
    }),
    validFor: t.int({
      description: `Seconds after which it is not sent any more, but becomes EXPIRED; 1 to ${maxValidFor}. Left out: it waits as long as it takes.`,
    }),
    sendAt: t.field({
      type: 'DateTime',
      description: `When to send it, up to ${maxDaysAhead} days ahead, as for \`sendSms\`; left out: at once.`,
    }),
    idempotencyKey: t.string({
      description:
        'Your own key for this message, as for `sendSms`, and from the same set of keys: the same key with the same input answers the same message and sends it once.',
    }),
  }),
})

builder.mutationField('sendInternalMessage', (t) =>
  t.prismaField({
    type: Message,
    description:
      'Takes a message to colleagues to be sent, inside the company and free of charge (RingCentral’s company pager), and answers at once; `messageStatusChanged` tells how it goes on, to SENT at last. It waits its turn with the texts of its extension, under the same promises. Scope `messages:send`.',
    authScopes: { scope: 'messages:send' },
    errors: {
      types: [
        InvalidRecipientsError,
        RecipientNotFoundError,
        InvalidTextError,
        ExtensionNotFoundError,
        NotConnectedError,
        ExtensionRevokedError,
        FeatureDisabledError,
        GrantLacksScopeError,
        UserNotMappedError,
        IdempotencyConflictError,
      ],
    },
    args: {
      input: t.arg({
        type: SendInternalMessageInput,
        required: true,
        description: 'What to send.',
      }),
    },
    resolve: (_query, _parent, { input }, context) =>
      context.services.acceptInternal(tenantOf(context), input),
  }),
)
