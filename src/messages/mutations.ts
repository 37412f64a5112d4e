import { RecipientOptedOutError } from '../consents/errors.ts'
import {
  ExtensionRevokedError,
  NotConnectedError,
  UserNotMappedError,
} from '../extensions/errors.ts'
import { GrantLacksScopeError } from '../extensions/ringcentral-refusals.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { narrowed, onlyOf } from '../graphql/narrowing.ts'
import { maxAttachments, maxBytes } from '../media/errors.ts'
import {
  InternationalNotAllowedError,
  InvalidPhoneNumberError,
  NumberNotFoundError,
  SenderNotRegisteredError,
} from '../numbers/errors.ts'
import { TemplateNotFoundError, TemplateValuesError } from '../templates/errors.ts'
import { TemplateValueInput } from '../templates/mutations.ts'
import {
  AttachmentError,
  IdempotencyConflictError,
  InvalidRecipientsError,
  InvalidTextError,
  MmsNotSupportedError,
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

const UnusableAttachment = builder.enumType('UnusableAttachment', {
  description: 'Why an attachment cannot be used.',
  values: {
    TOO_MANY: { description: `More than ${maxAttachments}.` },
    TWICE: { description: 'The same upload is named twice.' },
    NOT_FOUND: {
      description:
        'There is no such upload, or it is gone: one that no message has used stays 24 hours.',
    },
    NOT_READY: { description: 'Its bytes have not come yet.' },
    TOO_LARGE_TOGETHER: { description: `More than ${maxBytes} bytes together.` },
  } as const,
})

builder.objectType(AttachmentError, {
  name: 'AttachmentError',
  description: 'An attachment that cannot be used; nothing was queued. Code ATTACHMENT_NOT_USABLE.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    reason: t.expose('reason', { type: UnusableAttachment, description: 'Why, for a program.' }),
    attachmentId: t.exposeID('attachmentId', {
      nullable: true,
      description: 'The upload that it is about; null if it is about all of them.',
    }),
  }),
})

builder.objectType(MmsNotSupportedError, {
  name: 'MmsNotSupportedError',
  description:
    'The number that sends has no feature MmsSender, such as a toll-free one. Code MMS_NOT_SUPPORTED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    number: t.exposeString('number', { description: 'The number in E.164.' }),
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

export const SendSmsInput = builder.inputType('SendSmsInput', {
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
      description: `What to say, 1 to ${maxTextLength} UTF-16 code units; may be empty with \`attachments\`. This or \`templateId\`.`,
    }),
    templateId: t.id({
      description:
        'Instead of `text`, a template: what it says once `values` are filled in. A later change of the template changes nothing about the message.',
    }),
    values: t.field({
      type: [TemplateValueInput],
      description: 'What to fill in for the placeholders of the template, each once.',
    }),
    attachments: t.idList({
      description: `Files to send with it, as an MMS: ids of READY uploads of \`createUpload\`, up to ${maxAttachments}, together at most ${maxBytes} bytes. The number needs the feature MmsSender. An upload may go with many messages.`,
    }),
    validFor: t.int({
      description: `Seconds after which it is not sent any more, but becomes EXPIRED, counted from \`sendAt\` or from now; 1 to ${maxValidFor}. Refused if quiet hours last longer. Left out: it waits as long as it takes, for example until its extension is connected again.`,
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
  // The whole row is there: nothing of what is selected has to be asked for.
  t.field({
    type: Message,
    description:
      'Takes a text to be sent and answers at once; `messageStatusChanged` tells how it goes on. Once it has answered, the message is kept whatever happens. Scope `messages:send`.',
    extensions: narrowed,
    authScopes: { scope: 'messages:send' },
    errors: {
      types: [
        InvalidPhoneNumberError,
        InvalidRecipientsError,
        InvalidTextError,
        AttachmentError,
        MmsNotSupportedError,
        NumberNotFoundError,
        NotConnectedError,
        ExtensionRevokedError,
        GrantLacksScopeError,
        SenderNotRegisteredError,
        InternationalNotAllowedError,
        TemplateNotFoundError,
        TemplateValuesError,
        UserNotMappedError,
        RecipientOptedOutError,
        IdempotencyConflictError,
      ],
    },
    args: { input: t.arg({ type: SendSmsInput, required: true, description: 'What to send.' }) },
    resolve: (_parent, { input }, context) =>
      context.services.acceptSms(tenantOf(context), input, onlyOf(context)),
  }),
)
