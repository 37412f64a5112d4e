import { queryFromInfo } from '@pothos/plugin-prisma'
import type { GraphQLResolveInfo } from 'graphql'
import type { Message as MessageRow, Prisma } from '../db/generated/client/client.ts'
import { builder, tenantOf, tenantWith } from '../graphql/builder.ts'
import { cursorIn, missedCursor, missesCursors } from '../graphql/check-page.ts'
import type { Context } from '../graphql/context.ts'
import { narrowed, onlyOf, rowsWithin, within } from '../graphql/narrowing.ts'
import { connectionOf, type PageArgs, takeOf } from '../graphql/pagination.ts'
import { selectedRows } from '../graphql/selected-columns.ts'
import { MessageAttachment } from './attachment-schema.ts'
import {
  MessageDirection,
  MessagePurpose,
  MessageResolution,
  MessageStatus,
  MessageType,
} from './enums.ts'
import { errorOfMessage } from './error-of-message.ts'
import { MessageErrorDetails } from './error-schema.ts'
import { MessageFilter, type MessageFilterInput, readFilter } from './filter.ts'
import { countMessages, readMessages } from './read-page.ts'
import { timelineOf } from './timeline.ts'
import { TimelineEntry } from './timeline-schema.ts'
import { isMessageWithin, whereMessageWithin } from './within.ts'

const mayRead = { scope: 'messages:read' }

export const Message = builder.prismaNode('Message', {
  nullable: true,
  description:
    'One message of a mailbox, in either direction: a text, a message between colleagues, a voicemail or a fax. Several recipients are one group conversation.',
  extensions: rowsWithin(isMessageWithin),
  id: { field: 'id', description: 'For example `msg_…`.' },
  findUnique: (id, context) => ({
    id,
    tenantId: tenantWith(context, 'messages:read'),
    AND: within(context, whereMessageWithin),
  }),
  fields: (t) => ({
    type: t.expose('type', { type: MessageType, description: 'What kind of message it is.' }),
    direction: t.expose('direction', { type: MessageDirection, description: 'Which way it goes.' }),
    status: t.expose('status', { type: MessageStatus, description: 'How far it has come.' }),
    from: t.exposeString('from'),
    to: t.exposeStringList('to'),
    text: t.exposeString('text'),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the gateway (outbound) or RingCentral (inbound) accepted it.',
    }),
    rcMessageId: t.exposeString('rcMessageId', { nullable: true }),
    highVolume: t.boolean({
      description:
        'Whether it came, or left, by RingCentral’s high-volume service (A2P): see `PhoneNumber.highVolume`. False while it waits.',
      // Events of before it was told apart say nothing of it.
      resolve: ({ highVolume }) => highVolume === true,
    }),
    rcBatchId: t.exposeString('rcBatchId', { nullable: true }),
    errorCode: t.exposeString('errorCode', { nullable: true }),
    errorMessage: t.exposeString('errorMessage', { nullable: true }),
    error: t.field({
      type: MessageErrorDetails,
      nullable: true,
      description:
        'What is wrong with it, with cause and remedy; null when all is well. `errorCode` and `errorMessage` are the same in short, of a message that failed.',
      resolve: (message, _args, context) => errorOfMessage(context, message),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Until when it may be sent: its `validFor`. Null if it waits as long as it takes.',
    }),
    sendAt: t.expose('sendAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Outbound: not before this moment; null if it was to be sent at once.',
    }),
    cancelRequestedAt: t.expose('cancelRequestedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When `cancelMessage` asked to take it back while RingCentral might have had it already; null if nobody did.',
    }),
    purpose: t.expose('purpose', {
      type: MessagePurpose,
      nullable: true,
      description: 'What it is for, if for more than its words; null for all other messages.',
    }),
    recovered: t.boolean({
      description:
        'Inbound: whether its notification was lost or more than ten seconds late, so that the gateway found it by comparing with RingCentral’s store.',
      resolve: (message) => message.recoveredAt != null,
    }),
    isRead: t.exposeBoolean('isRead', { nullable: true }),
    durationSeconds: t.exposeInt('durationSeconds', { nullable: true }),
    pageCount: t.exposeInt('pageCount', { nullable: true }),
    attachments: t.field({
      type: [MessageAttachment],
      description:
        'Pictures of an MMS, the sound of a voicemail, the pages of a fax. Once it is deleted at RingCentral, what the gateway keeps: the pictures.',
      resolve: (message, _args, context) => context.services.attachments.of(context, message),
    }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it was found deleted at RingCentral, which then gives no sound and no pages any more; null while it is there. Here it stays, with its pictures.',
    }),
    resolution: t.expose('resolution', {
      type: MessageResolution,
      nullable: true,
      description: 'What `resolveUnconfirmed` decided about it; null while nothing was.',
    }),
    resendOf: t.relation('resendOf', {
      nullable: true,
      description:
        'The UNCONFIRMED message that this one repeats. If that is SENT or DELIVERED by now, the recipient has got the text twice.',
    }),
    resentAs: t.relation('resentAs', {
      nullable: true,
      description: 'The message that repeats this one, by `resolveUnconfirmed`.',
    }),
    estimatedSendAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When it will leave, as far as can be told: by how many wait before it, and the pace that RingCentral allows. Null when it has left, and when it waits for somebody: for the extension to be connected again, or for its batch to be resumed.',
      resolve: (message, _args, context) => context.services.estimateSendAt(context, message),
    }),
    timeline: t.field({
      type: [TimelineEntry],
      description:
        'Everything that happened to it, oldest first: its statuses, each attempt to hand it to RingCentral, what it waited for, what was looked up.',
      resolve: (message, _args, { db }) => timelineOf(db, message),
    }),
    extension: t.relation('extension', { description: 'Whose message it is.' }),
  }),
})

builder.queryField('message', (t) =>
  t.prismaField({
    type: Message,
    nullable: true,
    description: 'One message; null if there is none with this id. Scope `messages:read`.',
    extensions: narrowed,
    authScopes: mayRead,
    args: { id: t.arg.id({ required: true, description: 'The message’s id, `msg_…`.' }) },
    resolve: (query, _parent, { id }, context) =>
      context.db.message.findUnique({
        ...query,
        where: { id, tenantId: tenantOf(context), AND: within(context, whereMessageWithin) },
      }),
  }),
)

builder.queryField('messages', (t) =>
  t.connection(
    {
      type: Message,
      description: 'Messages, newest first. Scope `messages:read`.',
      extensions: { ...narrowed, ...missesCursors },
      authScopes: mayRead,
      args: { filter: t.arg({ type: MessageFilter, description: 'Which ones; all if left out.' }) },
      resolve: async (_parent, args, context, info) =>
        connectionOf(await pageOf(args, context, info), args),
    },
    {
      name: 'MessageConnection',
      description: 'A page of messages.',
      fields: (u) => ({
        totalCount: u.int({
          resolve: async ({ args }, _args, context) => {
            const { filter } = args as MessagesArgs
            return countMessages(
              context.readRows,
              tenantOf(context),
              await readFilter(context, filter),
            )
          },
        }),
      }),
    },
    { name: 'MessageEdge', description: 'A message and its place in the list.' },
  ),
)

type MessagesArgs = PageArgs & { filter?: MessageFilterInput | null | undefined }

async function pageOf(
  args: MessagesArgs,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<MessageRow[]> {
  const { db, readRows } = context
  const wanted = args.filter ? await readFilter(context, args.filter) : { only: onlyOf(context) }
  const { some, columns } = selectedRows(info, 'Message')
  const paths = [['nodes'], ['edges', 'node']]
  // Only what is made of more than columns may have to be read with it.
  const { include }: { include?: Prisma.MessageInclude } = columns
    ? {}
    : queryFromInfo({ context, info, paths, typeName: 'Message' })
  const needed = include ? ['id'] : wanted.only ? undefined : columns
  const page = { take: takeOf(args), cursor: cursorIn(args) }
  const found = some ? await readMessages(readRows, tenantOf(context), wanted, page, needed) : []
  if (found.length === 0) await missedCursor(context, 'Message', args)
  if (!include || found.length === 0) return found
  const ids = found.map(({ id }) => id)
  return db.message.findMany({ include, where: { id: { in: ids } }, orderBy: newestFirst })
}

const newestFirst = [
  { createdAt: 'desc' },
  { id: 'desc' },
] satisfies Prisma.MessageOrderByWithRelationInput[]
