import type { Call as CallRow } from '../db/generated/client/client.ts'
import {
  afterDescription,
  cursorDescription,
  type Delivery,
  deliver,
  occurredAtDescription,
} from '../events/subscription.ts'
import { withRowId } from '../extensions/which-extension.ts'
import { builder, tenantOf, tenantWith } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { checkPage, pageSize } from '../graphql/pagination.ts'
import {
  CallDirection,
  CallFilter,
  CallLogFilter,
  type CallLogFilterInput,
  matchesCall,
  whereCall,
} from './filter.ts'

const mayRead = { scope: 'calls:read' }

const CallParty = builder
  .objectRef<{ number: string | null; name: string | null }>('CallParty')
  .implement({
    description: 'One side of a call.',
    fields: (t) => ({
      number: t.exposeString('number', {
        nullable: true,
        description: 'The number in E.164, or the short number of a colleague; null if withheld.',
      }),
      name: t.exposeString('name', {
        nullable: true,
        description: 'The name that RingCentral knows.',
      }),
    }),
  })

export const Call = builder.prismaNode('Call', {
  nullable: true,
  description: 'One line of RingCentral’s call log.',
  id: { field: 'id', description: 'For example `call_…`.' },
  findUnique: (id, context) => ({ id, tenantId: tenantWith(context, 'calls:read') }),
  fields: (t) => ({
    direction: t.expose('direction', { type: CallDirection, description: 'Which way it went.' }),
    type: t.exposeString('type'),
    action: t.exposeString('action', { nullable: true }),
    result: t.exposeString('result', { nullable: true }),
    durationSeconds: t.exposeInt('durationSeconds'),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    from: t.field({
      type: CallParty,
      description: 'Who called.',
      select: { fromNumber: true, fromName: true },
      resolve: ({ fromNumber, fromName }) => ({ number: fromNumber, name: fromName }),
    }),
    to: t.field({
      type: CallParty,
      description: 'Who was called.',
      select: { toNumber: true, toName: true },
      resolve: ({ toNumber, toName }) => ({ number: toNumber, name: toName }),
    }),
    rcCallId: t.exposeString('rcCallId'),
    telephonySessionId: t.exposeString('telephonySessionId', { nullable: true }),
    extension: t.relation('extension', {
      nullable: true,
      description: 'Whose call it was; null for a colleague who is not connected.',
    }),
  }),
})

builder.queryField('callLogs', (t) =>
  t.prismaConnection(
    {
      type: Call,
      cursor: 'id',
      ...pageSize,
      description:
        'The call log, newest first, of one extension or of the whole account. Scope `calls:read`.',
      authScopes: mayRead,
      args: {
        filter: t.arg({ type: CallLogFilter, description: 'Which lines; all if left out.' }),
      },
      totalCount: async (_parent, args, context) =>
        context.db.call.count({ where: whereCall(tenantOf(context), await named(context, args)) }),
      resolve: async (query, _parent, args, context) => {
        checkPage(args)
        const tenantId = tenantOf(context)
        const filter = await named(context, args)
        await context.services.callLogs.refresh(tenantId, filter?.extensionId)
        return context.db.call.findMany({
          ...query,
          where: whereCall(tenantId, filter),
          orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
        })
      },
    },
    {
      name: 'CallLogConnection',
      description: 'A page of the call log.',
      fields: (u) => ({
        asOf: u.field({
          type: 'DateTime',
          nullable: true,
          description:
            'As of when the log is: when it was last read from RingCentral, which happens on asking, at most every 10 seconds. Null when it could not be read yet.',
          resolve: async ({ args }, _args, context) =>
            context.services.callLogs.asOf(
              tenantOf(context),
              (await named(context, args))?.extensionId,
            ),
        }),
      }),
    },
    { name: 'CallLogEdge', description: 'A call and its place in the log.' },
  ),
)

/** The filter with the id of our row, whichever id was given. */
const named = (context: Context, { filter }: { filter?: CallLogFilterInput | null | undefined }) =>
  withRowId(context.db, tenantOf(context), filter)

const CallEvent = builder.objectRef<Delivery<CallRow>>('CallEvent').implement({
  description: 'Something that happened to a call.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: cursorDescription }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: occurredAtDescription }),
    call: t.field({
      type: Call,
      description: 'The call as it was right after the event.',
      resolve: (delivery) => delivery.row,
    }),
  }),
})

builder.subscriptionField('callChanged', (t) =>
  t.field({
    type: CallEvent,
    description: 'Calls as they enter the log or change there. Scope `calls:read`.',
    authScopes: mayRead,
    args: {
      after: t.arg.string({ description: afterDescription }),
      filter: t.arg({ type: CallFilter, description: 'Which ones; all if left out.' }),
    },
    subscribe: async (_parent, { after, filter: given }, context) => {
      const tenantId = tenantOf(context)
      const filter = await withRowId(context.db, tenantId, given)
      return deliver<CallRow>(context.services.feed, {
        tenantId,
        types: ['call.changed'],
        after,
        ended: context.ended,
        matches: (call) => matchesCall(call, filter),
      })
    },
    resolve: (delivery) => delivery,
  }),
)
