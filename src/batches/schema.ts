import { builder, tenantOf, tenantWith } from '../graphql/builder.ts'
import { rowsWithin, within } from '../graphql/narrowing.ts'
import { pageSize } from '../graphql/pagination.ts'
import { MessageFilter, whereMessage } from '../messages/filter.ts'
import { Message } from '../messages/schema.ts'
import { type BatchCounts as Counts, liveCounts } from './counts.ts'
import { type RejectedRow as Rejected, type RowFault, rowFaults } from './errors.ts'

const mayRead = { scope: 'messages:read' }

const BatchStatus = builder.enumType('BatchStatus', {
  description: 'How a batch stands.',
  values: {
    RUNNING: { description: 'Its texts leave, or wait for their time or their turn.' },
    PAUSED: { description: 'Nothing of it leaves until it is resumed.' },
    COMPLETED: { description: 'Nothing of it waits any more.' },
    CANCELED: { description: 'Taken back: what had not left by then does not.' },
  } as const,
})

const BatchCounts = builder.objectRef<Counts>('BatchCounts').implement({
  description: 'How many texts of a batch have come how far. They add up to `total`.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'All of them.' }),
    waiting: t.exposeInt('waiting', { description: 'QUEUED or SCHEDULED.' }),
    sending: t.exposeInt('sending', { description: 'SENDING.' }),
    sent: t.exposeInt('sent', { description: 'SENT. Often the last state.' }),
    delivered: t.exposeInt('delivered', { description: 'DELIVERED.' }),
    failed: t.exposeInt('failed', { description: 'SENDING_FAILED or DELIVERY_FAILED.' }),
    unconfirmed: t.exposeInt('unconfirmed', { description: 'UNCONFIRMED.' }),
    canceled: t.exposeInt('canceled', {
      description: 'CANCELED, with the batch, alone, or since the recipient opted out.',
    }),
    expired: t.exposeInt('expired', { description: 'EXPIRED.' }),
  }),
})

const BatchRowFault = builder.enumType('BatchRowFault', {
  description: 'Why a row cannot become a text.',
  values: Object.fromEntries(
    Object.entries(rowFaults).map(([fault, description]) => [fault, { description }]),
  ) as Record<RowFault, { description: string }>,
})

export const BatchRow = builder.objectRef<Rejected>('RejectedBatchRow').implement({
  description: 'A row of a batch that was left out.',
  fields: (t) => ({
    line: t.exposeInt('line', {
      description:
        'Where it stands: the line of the CSV, as an editor counts them; in a list of recipients its place, from 1.',
    }),
    to: t.exposeString('to', { description: 'The recipient, as it was given.' }),
    code: t.expose('code', { type: BatchRowFault, description: 'Why, for a program.' }),
    message: t.exposeString('message', { description: 'Why, and what to do, for a person.' }),
  }),
})

export const MessageBatch = builder.prismaNode('MessageBatch', {
  nullable: true,
  description: 'Texts to many people, each their own and in a conversation of their own.',
  id: { field: 'id', description: 'For example `bat_…`.' },
  // A batch may be of all numbers: it is within no limit.
  extensions: rowsWithin(() => false),
  findUnique: (id, context) => ({
    id,
    tenantId: tenantWith(context, 'messages:read'),
    AND: within(context, () => ({ id: { in: [] } })),
  }),
  fields: (t) => ({
    status: t.expose('status', { type: BatchStatus, description: 'How it stands.' }),
    name: t.exposeString('name', { nullable: true }),
    counts: t.field({
      type: BatchCounts,
      description: 'How far it is; in an event, how far it was.',
      select: { rejected: true },
      resolve: ({ id, counts, rejected }, _args, context) => {
        const noted = counts as Counts
        const mayMove = noted.waiting + noted.sending > 0
        // Events leave the rejected rows out.
        return rejected && mayMove ? liveCounts(context, id) : noted
      },
    }),
    rejected: t.field({
      type: [BatchRow],
      description: 'The rows that were left out, since `skipInvalid` was set.',
      select: { rejected: true },
      resolve: async ({ id, rejected }, _args, { db }) => {
        // Events leave them out: there may be thousands, and they never change.
        const row = rejected ? { rejected } : await db.messageBatch.findUnique({ where: { id } })
        return (row?.rejected ?? []) as Rejected[]
      },
    }),
    sendAt: t.expose('sendAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Not before this moment; null: at once.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
    pausedAt: t.expose('pausedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it has been paused; null while it is not.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last of it came to its end, or it was canceled; null until then.',
    }),
    messages: t.relatedConnection(
      'messages',
      {
        cursor: 'id',
        ...pageSize,
        totalCount: true,
        description:
          'Its texts, one for each recipient: what became of each. They are there some seconds after the batch.',
        args: {
          filter: t.arg({ type: MessageFilter, description: 'Which ones; all if left out.' }),
        },
        query: ({ filter }, context) => ({
          where: whereMessage(tenantOf(context), filter),
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        }),
      },
      { name: 'MessageBatchMessagesConnection', description: 'A page of a batch’s texts.' },
      { name: 'MessageBatchMessagesEdge', description: 'A text and its place in the list.' },
    ),
  }),
})

builder.prismaObjectField(Message, 'batch', (t) =>
  t.relation('batch', {
    nullable: true,
    description: 'The batch that it was sent with; null if it was sent by itself.',
  }),
)

builder.queryField('messageBatch', (t) =>
  t.prismaField({
    type: MessageBatch,
    nullable: true,
    description: 'One batch; null if there is none with this id. Scope `messages:read`.',
    authScopes: mayRead,
    args: { id: t.arg.id({ required: true, description: 'The batch’s id, `bat_…`.' }) },
    resolve: (query, _parent, { id }, context) =>
      context.db.messageBatch.findUnique({ ...query, where: { id, tenantId: tenantOf(context) } }),
  }),
)

builder.queryField('messageBatches', (t) =>
  t.prismaConnection(
    {
      type: MessageBatch,
      cursor: 'id',
      ...pageSize,
      description: 'Batches, newest first. Scope `messages:read`.',
      authScopes: mayRead,
      totalCount: (_parent, _args, context) =>
        context.db.messageBatch.count({ where: { tenantId: tenantOf(context) } }),
      resolve: (query, _parent, _args, context) =>
        context.db.messageBatch.findMany({
          ...query,
          where: { tenantId: tenantOf(context) },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        }),
    },
    { name: 'MessageBatchConnection', description: 'A page of batches.' },
    { name: 'MessageBatchEdge', description: 'A batch and its place in the list.' },
  ),
)
