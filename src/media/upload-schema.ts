import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import {
  maxAttachments,
  maxBytes,
  maxPixels,
  maxUnusedUploads,
  TooManyUploadsError,
  UploadRefusedError,
} from './errors.ts'
import { takenTypes } from './file-types.ts'

const UploadStatus = builder.enumType('UploadStatus', {
  description: 'Whether an upload can be attached.',
  values: {
    WAITING: { description: 'Its bytes have not come yet, or broke off, or were refused.' },
    READY: { description: 'Its bytes are here: name its id in `attachments` of `sendSms`.' },
  } as const,
})

const RefusedUpload = builder.enumType('UploadRefusal', {
  description: 'Why bytes are not taken.',
  values: {
    EMPTY: { description: 'There are none.' },
    TOO_LARGE: { description: `More than ${maxBytes} bytes: make it smaller.` },
    INCOMPLETE: { description: 'Not as many as `sizeBytes` said: send all of them again.' },
    TYPE_NOT_TAKEN: { description: 'RingCentral takes no such file: convert it.' },
    NOT_WHAT_IT_SAYS: {
      description:
        'The bytes are something else than `contentType`, or the ending of `fileName`, says: make another upload that says what it is.',
    },
    PICTURE_TOO_LARGE: {
      description: `A picture of more than ${maxPixels} pixels, however few bytes it has: scale it down.`,
    },
    PICTURE_UNREADABLE: { description: 'A picture whose size cannot be read: save it anew.' },
  } as const,
})

builder.objectType(UploadRefusedError, {
  name: 'UploadRefusedError',
  description: 'A file that cannot be attached to a text. Code UPLOAD_REFUSED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    reason: t.expose('reason', { type: RefusedUpload, description: 'Why, for a program.' }),
  }),
})

builder.objectType(TooManyUploadsError, {
  name: 'TooManyUploadsError',
  description: 'Too many files lie here that no message has used. Code TOO_MANY_UPLOADS.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'How many there may be at most.' }),
  }),
})

export const Upload = builder.prismaObject('Upload', {
  description:
    'A file that is handed in to be attached to texts. One that no message has used is gone after 24 hours; otherwise it stays as long as the messages, and more may use it.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'For example `upl_…`; goes into `attachments` of `sendSms`.',
    }),
    status: t.expose('status', { type: UploadStatus, description: 'Whether it can be attached.' }),
    url: t.string({
      nullable: true,
      description:
        'Where to PUT the bytes, as they are, until `expiresAt`: no key is needed, so a browser can do it, from any origin. 200 means READY. What breaks off can be sent again; what is refused is answered with JSON `{ error, code, reason }`, see `UploadRefusal`. Null once the bytes are here, or the time is over.',
      resolve: (upload, _args, { services }) => services.uploads.addressOf(upload),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when `url` takes the bytes: 15 minutes after it was made.',
    }),
    maxBytes: t.int({
      description: 'How many bytes `url` takes at most: RingCentral’s limit for a whole message.',
      resolve: () => maxBytes,
    }),
    fileName: t.exposeString('fileName'),
    contentType: t.string({
      nullable: true,
      description: 'What it is: what was said, and once it is READY what its bytes have shown.',
      select: { contentType: true, media: { select: { contentType: true } } },
      resolve: ({ contentType, media }) => media?.contentType ?? contentType,
    }),
    sizeBytes: t.int({
      nullable: true,
      description: 'Its size in bytes: what was said, and once it is READY what has come.',
      select: { sizeBytes: true, media: { select: { sizeBytes: true } } },
      resolve: ({ sizeBytes, media }) => media?.sizeBytes ?? sizeBytes,
    }),
    sha256: t.string({
      nullable: true,
      description: 'The SHA-256 of its bytes, in hexadecimal; null until it is READY.',
      select: { media: { select: { sha256: true } } },
      resolve: ({ media }) => media?.sha256 ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

const CreateUploadInput = builder.inputType('CreateUploadInput', {
  description: 'A file that shall be attached to texts.',
  fields: (t) => ({
    fileName: t.string({
      required: true,
      description: 'The name that recipients see, for example `receipt.pdf`, 1 to 255 characters.',
    }),
    contentType: t.string({
      description: `What it is. If it says so, the bytes must be that; if not, what the ending of \`fileName\` says. One of ${takenTypes.join(', ')}.`,
    }),
    sizeBytes: t.int({
      description: `How many bytes will come, 1 to ${maxBytes}. If it says so, no other number is taken.`,
    }),
  }),
})

builder.mutationField('createUpload', (t) =>
  t.prismaField({
    type: Upload,
    description: `Makes room for a file: PUT its bytes to \`url\`, then name its id in \`attachments\` of \`sendSms\`. A message takes up to ${maxAttachments} files, ${maxBytes} bytes together. Up to ${maxUnusedUploads} may lie here unused. Scope \`messages:send\`.`,
    authScopes: { scope: 'messages:send' },
    errors: { types: [UploadRefusedError, TooManyUploadsError] },
    args: {
      input: t.arg({ type: CreateUploadInput, required: true, description: 'What will come.' }),
    },
    resolve: (_query, _parent, { input }, context) =>
      context.services.uploads.create(tenantOf(context), input),
  }),
)

builder.queryField('upload', (t) =>
  t.prismaField({
    type: Upload,
    nullable: true,
    description: 'One upload; null if there is none with this id. Scope `messages:send`.',
    authScopes: { scope: 'messages:send' },
    args: { id: t.arg.id({ required: true, description: 'The upload’s id, `upl_…`.' }) },
    resolve: (query, _parent, { id }, context) =>
      context.db.upload.findUnique({ ...query, where: { id, tenantId: tenantOf(context) } }),
  }),
)
