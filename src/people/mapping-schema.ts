import type { Prisma } from '../db/generated/client/client.ts'
import { connectedExtension } from '../extensions/connected-extension.ts'
import { Extension } from '../extensions/schema.ts'
import { rcIdsOf } from '../extensions/which-extension.ts'
import { createBatch } from '../graphql/batch.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { pageSize } from '../graphql/pagination.ts'
import { DirectoryEntry } from './directory-schema.ts'

const mayRead = { scope: 'people:read' }

/** The mappings of some extensions, by RingCentral's id. */
const mappingOf = createBatch(async (context: Context, extensionIds: readonly string[]) => {
  const found = await context.db.userMapping.findMany({
    where: { tenantId: tenantOf(context), extensionId: { in: [...new Set(extensionIds)] } },
  })
  const byId = new Map(found.map((mapping) => [mapping.extensionId, mapping]))
  return extensionIds.map((id) => byId.get(id) ?? null)
})

/** What the directory says of some extensions. */
const personOf = createBatch(async (context: Context, extensionIds: readonly string[]) => {
  const found = await context.db.directoryEntry.findMany({
    where: { tenantId: tenantOf(context), extensionId: { in: [...new Set(extensionIds)] } },
  })
  const byId = new Map(found.map((entry) => [entry.extensionId, entry]))
  return extensionIds.map((id) => byId.get(id) ?? null)
})

export const UserMapping = builder.prismaObject('UserMapping', {
  description: 'One user of your application, and the RingCentral user that they are.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `map_…`.' }),
    userId: t.exposeString('userId'),
    extensionId: t.exposeString('extensionId'),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they were mapped.' }),
    person: t.field({
      type: DirectoryEntry,
      nullable: true,
      description: 'The RingCentral user in the directory; null when it is not there (any more).',
      resolve: ({ extensionId }, _args, context) => personOf(context, extensionId),
    }),
    warning: t.string({
      nullable: true,
      description:
        'What keeps the RingCentral user from being used, and what to do, for a person: the user is disabled, for example. Null when nothing does.',
      resolve: async ({ extensionId }, _args, context) => {
        const person = await personOf(context, extensionId)
        if (!person?.status || person.status === 'Enabled') return null
        return `${person.name} is ${person.status} at RingCentral: an administrator of the company has to enable the user there.`
      },
    }),
    extension: t.field({
      type: Extension,
      nullable: true,
      description: 'The connection of the RingCentral user; null when they have never connected.',
      authScopes: { scope: 'extensions:read' },
      resolve: ({ extensionId }, _args, context) => connectedExtension(context, extensionId),
    }),
  }),
})

builder.objectField(Extension, 'mappedUser', (t) =>
  t.field({
    type: UserMapping,
    nullable: true,
    description:
      'Which user of your application it is; null when none is mapped. Scope `people:read`.',
    authScopes: mayRead,
    resolve: ({ extensionId }, _args, context) => mappingOf(context, extensionId),
  }),
)

builder.objectField(DirectoryEntry, 'mappedUser', (t) =>
  t.field({
    type: UserMapping,
    nullable: true,
    description: 'Which user of your application it is; null when none is mapped.',
    resolve: ({ extensionId }, _args, context) => mappingOf(context, extensionId),
  }),
)

const UserMappingFilter = builder.inputType('UserMappingFilter', {
  description: 'Which mappings. Everything given must hold.',
  fields: (t) => ({
    userId: t.stringList({ description: 'Of one of these users of your application.' }),
    extensionId: t.stringList({
      description:
        'Of one of these extensions, each by its `id` (`ext_…`) or by its `extensionId` at RingCentral.',
    }),
  }),
})

builder.queryField('userMappings', (t) =>
  t.prismaConnection(
    {
      type: UserMapping,
      cursor: 'id',
      ...pageSize,
      description:
        'Which users are mapped to which extensions, the last mapped first. Scope `people:read`.',
      authScopes: mayRead,
      args: {
        filter: t.arg({ type: UserMappingFilter, description: 'Which ones; all if left out.' }),
      },
      totalCount: async (_parent, { filter }, context) =>
        context.db.userMapping.count({ where: await whereMapping(context, filter) }),
      resolve: async (query, _parent, args, context) => {
        return context.db.userMapping.findMany({
          ...query,
          where: await whereMapping(context, args.filter),
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        })
      },
    },
    { name: 'UserMappingConnection', description: 'A page of user mappings.' },
    { name: 'UserMappingEdge', description: 'A user mapping and its place in the list.' },
  ),
)

async function whereMapping(
  context: Context,
  filter: typeof UserMappingFilter.$inferInput | null | undefined,
): Promise<Prisma.UserMappingWhereInput> {
  const tenantId = tenantOf(context)
  const extensionIds =
    filter?.extensionId && (await rcIdsOf(context.db, tenantId, filter.extensionId))
  return {
    tenantId,
    ...(filter?.userId && { userId: { in: filter.userId } }),
    ...(extensionIds && { extensionId: { in: extensionIds } }),
  }
}
