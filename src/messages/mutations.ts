import { RecipientOptedOutError } from '../consents/errors.ts'
import {
  ExtensionRevokedError,
  NotConnectedError,
  UserNotMappedError,
} from '../extensions/errors.ts'
import { GrantLacksScopeError } from '../extensions/ringcentral-refusals.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { InvalidPhoneNumberError, NumberNotFoundError } from '../numbers/errors.ts'
import {
  IdempotencyConflictError,
  InvalidRecipientsError,
  InvalidTextError,
  maxDaysAhead,
  maxRecipients,
  maxTextLength,
  maxValidFor,
} from './errors.ts'
import { Message } from './schema.ts'

builder.objectType(InvalidTextError, {
  name: 'InvalidTextError',
  description: 'The text is empty or too long. Codes TEXT_EMPTY, TEXT_TOO_LONG.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    length: t.exposeInt('length', { description: 'Its length in UTF-16 code units.' }),
    limit: t.exposeInt('limit', {
      description: 'The most that RingCentral takes, in UTF-16 code units.',
    }),
  }),
})

builder.objectType(InvalidRecipientsError, {
  name: 'InvalidRecipientsError',
  description: 'No recipients, too many, or the same twice. Code INVALID_RECIPIENTS.',
  interfaces: [ErrorInterface],
})

builder.objectType(IdempotencyConflictError, {
  name: 'IdempotencyConflictError',
  description:
    'The idempotency key belongs to another message; nothing was sent. Code IDEMPOTENCY_KEY_MISMATCH.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    messageId: t.exposeID('messageId', { description: 'The message that it belongs to.' }),
  }),
})

const SmsPurpose = builder.enumType('SmsPurpose', {
  description: 'What a text is for, if that lets it through to somebody who has opted out.',
  values: {
    OPT_OUT_CONFIRMATION: {
      description:
        'Confirms an opt-out: one for each STOP, to that person alone, at once, and within 5 minutes of it, when it is EXPIRED. Not held back by quiet hours.',
    },
  } as const,
})

const SendSmsInput = builder.inputType('SendSmsInput', {
  description: 'A text to send.',
  fields: (t) => ({
    from: t.string({
      description: 'The number that sends, in E.164; one of `phoneNumbers`. This or `userId`.',
    }),
    userId: t.string({
      description:
        'Instead of `from`, a user of your application: the number of the extension that they are mapped to sends.',
    }),
    to: t.stringList({
      required: true,
      description: `The recipients, in E.164, 1 to ${maxRecipients}. Several are one group conversation, in which everybody sees everybody: to text people separately, send one message each.`,
    }),
    text: t.string({
      required: true,
      description: `What to say, 1 to ${maxTextLength} UTF-16 code units.`,
    }),
    validFor: t.int({
      description: `Seconds after which it is not sent any more, but becomes EXPIRED; 1 to ${maxValidFor}. Left out: it waits as long as it takes, for example until its extension is connected again.`,
    }),
    sendAt: t.field({
      type: 'DateTime',
      description: `When to send it: it is SCHEDULED until then. From now to ${maxDaysAhead} days ahead; left out: at once. \`validFor\` counts from here.`,
    }),
    ignoreQuietHours: t.boolean({
      description:
        'Whether to send it also within the quiet hours of your tenant (`settings`), which otherwise hold it back until they end where its recipients probably are. Left out: no.',
    }),
    purpose: t.field({
      type: SmsPurpose,
      description: 'What it is for, if that lets it through to somebody who has opted out.',
    }),
    idempotencyKey: t.string({
      description:
        'Your own key for this message, for example a UUID. The same key with the same input answers the same message and sends it once, so a request whose answer got lost can be repeated. 1 to 255 printable ASCII characters.',
    }),
  }),
})

builder.mutationField('sendSms', (t) =>
  t.prismaField({
    type: Message,
    description:
      'Takes a text to be sent and answers at once; `messageStatusChanged` tells how it goes on. Once it has answered, the message is kept whatever happens. Scope `messages:send`.',
    authScopes: { scope: 'messages:send' },
    errors: {
      types: [
        InvalidPhoneNumberError,
        InvalidRecipientsError,
        InvalidTextError,
        NumberNotFoundError,
        NotConnectedError,
        ExtensionRevokedError,
        GrantLacksScopeError,
        UserNotMappedError,
        RecipientOptedOutError,
        IdempotencyConflictError,
      ],
    },
    args: { input: t.arg({ type: SendSmsInput, required: true, description: 'What to send.' }) },
    resolve: (_query, _parent, { input }, context) =>
      context.services.acceptSms(tenantOf(context), input),
  }),
)
