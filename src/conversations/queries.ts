import type { Prisma } from '../db/generated/client/client.ts'
import { withRowId } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { topLevelError } from '../graphql/errors.ts'
import { narrowed, onlyOf, within } from '../graphql/narrowing.ts'
import { pageSize } from '../graphql/pagination.ts'
import { asGateway } from '../lib/request-scope.ts'
import {
  ConversationFilter,
  type ConversationFilterInput,
  whereConversation,
  withNumbers,
} from './filter.ts'
import { findPage } from './find-page.ts'
import { Conversation } from './schema.ts'
import { longestSearch, searchConversations } from './search.ts'
import { whereConversationWithin } from './within.ts'

declare module '../graphql/context.ts' {
  interface Services {
    /** The numbers of people whose names match what somebody types. */
    numbersNamed: (context: Context, search: string) => Promise<string[]>
  }
}

builder.queryField('conversations', (t) =>
  t.prismaConnection(
    {
      type: Conversation,
      cursor: 'id',
      ...pageSize,
      description:
        'Conversations, the one with the newest message first; archived ones only when asked for. A shared inbox is `filter: { number }`. Scope `messages:read`.',
      extensions: narrowed,
      authScopes: { scope: 'messages:read' },
      args: {
        filter: t.arg({ type: ConversationFilter, description: 'Which ones; all if left out.' }),
      },
      totalCount: async (_parent, { filter }, context) => {
        const wanted = await where(context, filter)
        const count = () => context.db.conversation.count({ where: wanted })
        return filter?.participant == null ? count() : asGateway(count)
      },
      resolve: async (query, _parent, { filter }, context) => {
        const wanted = await where(context, filter)
        const isByIndex = filter?.participant != null
        return findPage(context.db, tenantOf(context), wanted, query, isByIndex)
      },
    },
    { name: 'ConversationConnection', description: 'A page of conversations.' },
    { name: 'ConversationEdge', description: 'A conversation and its place in the list.' },
  ),
)

async function where(
  context: Context,
  given: ConversationFilterInput | null | undefined,
): Promise<Prisma.ConversationWhereInput> {
  const tenantId = tenantOf(context)
  const filter = withNumbers(await withRowId(context.db, tenantId, given))
  const wanted = {
    AND: [whereConversation(tenantId, filter), within(context, whereConversationWithin)],
  }
  const search = filter?.search?.trim()
  if (search === undefined) return wanted
  if (search.length === 0 || search.length > longestSearch || search.includes('\u0000')) {
    throw topLevelError(
      'BAD_USER_INPUT',
      `\`search\` takes 1 to ${longestSearch} characters, and no NUL; got ${search.length}.`,
    )
  }
  const mayKnowNames =
    context.viewer.kind === 'tenant' && context.viewer.scopes.includes('people:read')
  const named = mayKnowNames ? context.services.numbersNamed(context, search) : []
  const ids = await searchConversations(context.db, tenantId, search, {
    named: Promise.resolve(named),
    only: onlyOf(context),
  })
  return { AND: [wanted, { id: { in: ids } }] }
}
