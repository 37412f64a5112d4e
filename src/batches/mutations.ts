import { ExtensionRevokedError } from '../extensions/errors.ts'
import { GrantLacksScopeError } from '../extensions/ringcentral-refusals.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { UploadNotReadyError } from '../media/errors.ts'
import { maxDaysAhead, maxTextLength, maxValidFor } from '../messages/errors.ts'
import {
  InvalidPhoneNumberError,
  NumberNotFoundError,
  SenderNotRegisteredError,
} from '../numbers/errors.ts'
import { TemplateNotFoundError } from '../templates/errors.ts'
import { TemplateValueInput } from '../templates/mutations.ts'
import { asMap } from '../templates/render-stored.ts'
import type { Row } from './check-rows.ts'
import {
  BatchFinishedError,
  BatchIdempotencyConflictError,
  BatchNotFoundError,
  BatchRowsInvalidError,
  InvalidCsvError,
  maxBatchSize,
  maxRowsShown,
  maxSenders,
} from './errors.ts'
import { readCsv } from './read-csv.ts'
import { BatchRow, MessageBatch } from './schema.ts'

builder.objectType(BatchRowsInvalidError, {
  name: 'BatchRowsInvalidError',
  description:
    'Some rows cannot become texts; nothing was queued. With `skipInvalid` the others are sent. Code BATCH_ROWS_INVALID.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    rows: t.field({
      type: [BatchRow],
      description: `The faulty rows, the first ${maxRowsShown}.`,
      resolve: ({ rows }) => rows,
    }),
    rowCount: t.exposeInt('rowCount', { description: 'How many faulty rows there are.' }),
  }),
})
builder.objectType(InvalidCsvError, {
  name: 'InvalidCsvError',
  description: 'The upload is no table with a column `to`; nothing was queued. Code INVALID_CSV.',
  interfaces: [ErrorInterface],
})
builder.objectType(UploadNotReadyError, {
  name: 'UploadNotReadyError',
  description:
    'There is no such upload, or its bytes have not come yet; nothing was queued. Code UPLOAD_NOT_READY.',
  interfaces: [ErrorInterface],
})
builder.objectType(BatchNotFoundError, {
  name: 'BatchNotFoundError',
  description: 'There is no such batch. Code BATCH_NOT_FOUND.',
  interfaces: [ErrorInterface],
})
builder.objectType(BatchFinishedError, {
  name: 'BatchFinishedError',
  description: 'The batch is COMPLETED or CANCELED already. Code BATCH_FINISHED.',
  interfaces: [ErrorInterface],
})
builder.objectType(BatchIdempotencyConflictError, {
  name: 'BatchIdempotencyConflictError',
  description:
    'The idempotency key belongs to another batch; nothing was queued. Code IDEMPOTENCY_KEY_MISMATCH.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    batchId: t.exposeID('batchId', { description: 'The batch that it belongs to.' }),
  }),
})

const BatchRecipient = builder.inputType('BatchRecipientInput', {
  description: 'One who gets a text.',
  fields: (t) => ({
    to: t.string({ required: true, description: 'The number, in E.164.' }),
    text: t.string({
      description: 'A text of their own, instead of the batch’s or its template’s.',
    }),
    values: t.field({
      type: [TemplateValueInput],
      description: 'The values of the text’s placeholders.',
    }),
  }),
})

const SendSmsBatchInput = builder.inputType('SendSmsBatchInput', {
  description: 'Texts to many people.',
  fields: (t) => ({
    name: t.string({ description: 'What you call it, for people; up to 255 characters.' }),
    from: t.stringList({
      required: true,
      description: `The numbers that send, in E.164, 1 to ${maxSenders} of \`phoneNumbers\`. Each recipient keeps the number that has last texted with them; the others are shared out evenly.`,
    }),
    text: t.string({
      description: `What to say, with \`{{placeholders}}\`; filled in 1 to ${maxTextLength} UTF-16 code units. This or \`templateId\`; without both, each recipient has a text of their own.`,
    }),
    templateId: t.id({
      description:
        'Instead of `text`, a template: its placeholders are filled in with the values of each recipient; values that it has no place for are left aside. A later change of the template changes nothing about the batch.',
    }),
    recipients: t.field({
      type: [BatchRecipient],
      description: `Who gets it, up to ${maxBatchSize}, and as many as a request of 2 MB holds. This or \`csvUploadId\`.`,
    }),
    csvUploadId: t.id({
      description: `Instead of \`recipients\`, a table of up to ${maxBatchSize} rows: the id of a READY upload of \`createUpload\`, a CSV (RFC 4180; commas, semicolons or tabs; UTF-8) whose first line names the columns. \`to\` has the numbers, \`text\`, if there, texts of their own, and the others are the values of placeholders.`,
    }),
    skipInvalid: t.boolean({
      description:
        'Whether to send to the others when some rows cannot be sent to. Left out: then nothing is sent, and the error names the rows.',
    }),
    sendAt: t.field({
      type: 'DateTime',
      description: `When to send it, from now to ${maxDaysAhead} days ahead; left out: at once.`,
    }),
    validFor: t.int({
      description: `Seconds after which a text that has not left is EXPIRED, counted from \`sendAt\` or from now; 1 to ${maxValidFor}. Left out: it waits as long as it takes.`,
    }),
    ignoreQuietHours: t.boolean({
      description:
        'Whether its texts leave also within the quiet hours of your tenant (`settings`), which otherwise hold each of them back until they end where its recipient probably is. Left out: no.',
    }),
    idempotencyKey: t.string({
      description:
        'Your own key for this batch: the same key with the same input answers the same batch, and sends it once. 1 to 255 printable ASCII characters.',
    }),
  }),
})

function rowsOf(recipients: readonly (typeof BatchRecipient.$inferInput)[]): Row[] {
  return recipients.map(({ to, text, values }, index) => ({
    line: index + 1,
    to,
    text: text ?? null,
    values: Object.fromEntries(asMap(values ?? [])),
  }))
}

builder.mutationField('sendSmsBatch', (t) =>
  t.prismaField({
    type: MessageBatch,
    description:
      'Takes texts to many people and answers at once. They leave at the pace that RingCentral allows. Texts sent with `sendSms` go first, however many there are: while they take all that RingCentral allows, a batch stands still. Nobody in it sees anybody else. Scope `messages:send`.',
    authScopes: { scope: 'messages:send' },
    errors: {
      types: [
        InvalidPhoneNumberError,
        NumberNotFoundError,
        ExtensionRevokedError,
        GrantLacksScopeError,
        SenderNotRegisteredError,
        TemplateNotFoundError,
        BatchRowsInvalidError,
        InvalidCsvError,
        UploadNotReadyError,
        BatchIdempotencyConflictError,
      ],
    },
    args: { input: t.arg({ type: SendSmsBatchInput, required: true, description: 'The batch.' }) },
    resolve: async (_query, _parent, { input }, context) => {
      const tenantId = tenantOf(context)
      const { recipients, csvUploadId } = input
      if ((recipients == null) === (csvUploadId == null)) {
        throw new InvalidInputError(
          'recipients',
          'Name those who get it in `recipients`, or in a table by `csvUploadId`: one of both.',
        )
      }
      const rows = csvUploadId
        ? await readCsv(await context.services.uploads.read(tenantId, csvUploadId))
        : rowsOf(recipients ?? [])
      return context.services.acceptBatch(tenantId, { ...input, rows })
    },
  }),
)

const changes = {
  pause: {
    how: 'pause',
    description:
      'Lets nothing more of a batch leave; what is being handed to RingCentral at that moment still does.',
  },
  resume: { how: 'resume', description: 'Lets a batch go on.' },
  cancel: {
    how: 'cancel',
    description:
      'Takes back what has not left of a batch: within seconds it is CANCELED. What is being handed to RingCentral at that moment still leaves.',
  },
} as const

for (const { how, description } of Object.values(changes)) {
  const Verb = `${how[0]?.toUpperCase()}${how.slice(1)}`
  const BatchInput = builder.inputType(`${Verb}BatchInput`, {
    description: 'Which batch.',
    fields: (t) => ({
      batchId: t.id({ required: true, description: 'The batch’s id, `bat_…`.' }),
    }),
  })
  builder.mutationField(`${how}Batch`, (t) =>
    t.prismaField({
      type: MessageBatch,
      description: `${description} May be repeated. Scope \`messages:send\`.`,
      authScopes: { scope: 'messages:send' },
      errors: { types: [BatchNotFoundError, BatchFinishedError] },
      args: { input: t.arg({ type: BatchInput, required: true, description: 'Which batch.' }) },
      resolve: async (_query, _parent, { input: { batchId } }, context) => {
        const batch = await context.services.batchChanges[how](tenantOf(context), batchId)
        if (!batch) throw new BatchNotFoundError(batchId)
        return context.db.messageBatch.findUniqueOrThrow({ where: { id: batchId } })
      },
    }),
  )
}
