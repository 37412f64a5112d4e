import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { narrowed, onlyOf, within } from '../graphql/narrowing.ts'
import { pageSize } from '../graphql/pagination.ts'
import {
  CallFilter,
  type CallFilterInput,
  CallLogFilter,
  type CallLogFilterInput,
  whereCall,
  whereLogged,
} from './filter.ts'
import { findLogged, newestFirst } from './find-logged.ts'
import { isGoingOn } from './going-on.ts'
import { logAsOf } from './log-source.ts'
import { readFilter } from './read-filter.ts'
import { Call } from './schema.ts'
import { whereCallWithin } from './within.ts'

const mayRead = { scope: 'calls:read' }

const read = async <Filter extends CallFilterInput | CallLogFilterInput>(
  context: Context,
  filter: Filter | null | undefined,
) => ({ ...(await readFilter(context.db, tenantOf(context), filter)), only: onlyOf(context) })

builder.queryField('callLogs', (t) =>
  t.prismaConnection(
    {
      type: Call,
      cursor: 'id',
      ...pageSize,
      description:
        'The call log, newest first: calls that are over, of one extension or of the whole account. It keeps itself up to date; asking costs RingCentral nothing. What is deleted from RingCentral’s log stays here. Scope `calls:read`.',
      extensions: narrowed,
      authScopes: mayRead,
      args: {
        filter: t.arg({ type: CallLogFilter, description: 'Which calls; all if left out.' }),
      },
      totalCount: async (_parent, { filter }, context) =>
        context.db.call.count({
          where: whereLogged(tenantOf(context), await read(context, filter)),
        }),
      resolve: async (query, _parent, args, context) => {
        const tenantId = tenantOf(context)
        const filter = await read(context, args.filter)
        return findLogged(context.db, tenantId, filter, query)
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
            'As of when the log is: when it was last compared with RingCentral’s, which happens half a minute after each call, and every five minutes. Null when it was not yet, or no grant allows it.',
          resolve: async ({ args }, _args, context) => {
            const filter = await read(context, (args as { filter?: CallLogFilterInput }).filter)
            const { extensionId, only } = filter
            if (extensionId && only && !only.extensionIds.includes(extensionId)) return null
            return logAsOf(context.db, tenantOf(context), extensionId)
          },
        }),
      }),
    },
    { name: 'CallLogEdge', description: 'A call and its place in the log.' },
  ),
)

builder.queryField('activeCalls', (t) =>
  t.prismaField({
    type: [Call],
    description:
      'The calls that go on, the newest first, at most 100. Live for extensions whose grant covers CallControl; for the others read from RingCentral, some seconds late. Scope `calls:read`.',
    extensions: narrowed,
    authScopes: mayRead,
    args: { filter: t.arg({ type: CallFilter, description: 'Which ones; all if left out.' }) },
    resolve: async (query, _parent, args, context) => {
      const tenantId = tenantOf(context)
      const filter = await read(context, args.filter)
      await context.services.activeCalls.refresh(tenantId, filter.extensionId)
      return context.db.call.findMany({
        ...query,
        where: { AND: [whereCall(tenantId, filter), { status: isGoingOn }] },
        orderBy: newestFirst,
        take: pageSize.maxSize,
      })
    },
  }),
)

builder.queryField('call', (t) =>
  t.prismaField({
    type: Call,
    nullable: true,
    description: 'One call; null if there is none with this id. Scope `calls:read`.',
    extensions: narrowed,
    authScopes: mayRead,
    args: { id: t.arg.id({ required: true, description: 'The call’s id, `call_…`.' }) },
    resolve: (query, _parent, { id }, context) =>
      context.db.call.findUnique({
        ...query,
        where: { id, tenantId: tenantOf(context), AND: within(context, whereCallWithin) },
      }),
  }),
)
