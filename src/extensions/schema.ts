import { builder, tenantOf, tenantWith } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { narrowed, rowsWithin, within } from '../graphql/narrowing.ts'
import { pageSize } from '../graphql/pagination.ts'
import { shownApp } from './app-mutations.ts'
import { ConnectionProblem, RingCentralApp } from './app-schema.ts'
import { connectionProblems } from './connection-problems.ts'
import { connectionStatus } from './connection-status.ts'
import './errors-schema.ts'
import { extensionIdDescription, rcIdsOf } from './which-extension.ts'
import { isExtensionWithin, whereExtensionWithin } from './within.ts'

const mayRead = { scope: 'extensions:read' }

export const ExtensionStatus = builder.enumType('ExtensionStatus', {
  description: 'How the connection of an extension stands.',
  values: {
    ACTIVE: { description: 'Connected and working.' },
    REFRESH_FAILED: {
      description: 'RingCentral could not be reached to renew access; tried again by itself.',
    },
    REVOKED: {
      description:
        'The grant has ended, by `disconnect` or at RingCentral. Its user must connect again.',
    },
  } as const,
})

export const DisabledFilter = builder
  .objectRef<{ filter: string; reason?: string; message?: string }>('DisabledFilter')
  .implement({
    description: 'Something that RingCentral will not notify us of for this extension.',
    fields: (t) => ({
      filter: t.exposeString('filter', { description: 'RingCentral’s event filter.' }),
      reason: t.string({
        nullable: true,
        description: 'RingCentral’s reason, usually a missing scope.',
        resolve: ({ reason, message }) => message ?? reason ?? null,
      }),
    }),
  })

const Webhook = builder.prismaObject('WebhookSubscription', {
  name: 'Webhook',
  description: 'The subscription by which RingCentral notifies us of what happens.',
  fields: (t) => ({
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it would end; it is renewed at half its life.',
    }),
    disabledFilters: t.field({
      type: [DisabledFilter],
      description: 'What RingCentral switched off; empty when all is well.',
      resolve: (webhook) => webhook.disabledFilters as { filter: string }[],
    }),
  }),
})

export const Extension = builder.prismaNode('Extension', {
  nullable: true,
  description: 'A RingCentral user who has authorised the gateway for this tenant.',
  extensions: rowsWithin(isExtensionWithin),
  id: { field: 'id', description: 'For example `ext_…`.' },
  findUnique: (id, context) => ({
    id,
    tenantId: tenantWith(context, 'extensions:read'),
    AND: within(context, whereExtensionWithin),
  }),
  fields: (t) => ({
    extensionId: t.exposeString('extensionId'),
    rcAccountId: t.exposeString('rcAccountId'),
    status: t.expose('status', { type: ExtensionStatus, description: 'How it stands.' }),
    statusReason: t.exposeString('statusReason', { nullable: true }),
    name: t.exposeString('name', { nullable: true }),
    extensionNumber: t.exposeString('extensionNumber', { nullable: true }),
    email: t.exposeString('email', { nullable: true }),
    firstName: t.exposeString('firstName', { nullable: true }),
    lastName: t.exposeString('lastName', { nullable: true }),
    company: t.exposeString('company', { nullable: true }),
    department: t.exposeString('department', { nullable: true }),
    jobTitle: t.exposeString('jobTitle', { nullable: true }),
    businessPhone: t.exposeString('businessPhone', { nullable: true }),
    mobilePhone: t.exposeString('mobilePhone', { nullable: true }),
    isAdmin: t.exposeBoolean('isAdmin'),
    scopes: t.exposeStringList('scopes'),
    connectedAt: t.expose('connectedAt', {
      type: 'DateTime',
      description: 'When its user connected, or last connected again.',
    }),
    disconnectedAt: t.expose('disconnectedAt', { type: 'DateTime', nullable: true }),
    numbersDiscoveredAt: t.expose('numbersDiscoveredAt', { type: 'DateTime', nullable: true }),
    phoneNumbers: t.relation('phoneNumbers', {
      description: 'The numbers it sends from; empty until they have been discovered.',
      query: { orderBy: { phoneNumber: 'asc' } },
    }),
    webhook: t.prismaField({
      type: Webhook,
      nullable: true,
      description: 'How RingCentral notifies us; null while that is being set up.',
      resolve: (query, extension, _args, { db }) =>
        db.webhookSubscription.findFirst({
          ...query,
          where: { extensionRowId: extension.id, status: 'ACTIVE' },
          orderBy: { createdAt: 'desc' },
        }),
    }),
  }),
})

const ExtensionFilter = builder.inputType('ExtensionFilter', {
  description: 'Which extensions. Everything given must hold.',
  fields: (t) => ({
    status: t.field({ type: [ExtensionStatus], description: 'One of these statuses.' }),
    extensionId: t.string({ description: `This one, ${extensionIdDescription}.` }),
  }),
})

builder.queryField('extensions', (t) =>
  t.prismaConnection(
    {
      type: Extension,
      cursor: 'id',
      ...pageSize,
      description:
        'The extensions that are or were connected, the last connected first. Scope `extensions:read`.',
      extensions: narrowed,
      authScopes: mayRead,
      args: { filter: t.arg({ type: ExtensionFilter, description: 'Which ones.' }) },
      totalCount: async (_parent, { filter }, context) =>
        context.db.extension.count({ where: await whereExtension(context, filter) }),
      resolve: async (query, _parent, args, context) => {
        return context.db.extension.findMany({
          ...query,
          where: await whereExtension(context, args.filter),
          orderBy: [{ connectedAt: 'desc' }, { id: 'desc' }],
        })
      },
    },
    { name: 'ExtensionConnection', description: 'A page of extensions.' },
    { name: 'ExtensionEdge', description: 'An extension and its place in the list.' },
  ),
)

async function whereExtension(
  context: Context,
  filter: typeof ExtensionFilter.$inferInput | null | undefined,
) {
  const tenantId = tenantOf(context)
  const extensionId = filter?.extensionId
  return {
    tenantId,
    AND: within(context, whereExtensionWithin),
    ...(filter?.status && { status: { in: filter.status } }),
    ...(extensionId != null && {
      extensionId: { in: await rcIdsOf(context.db, tenantId, [extensionId]) },
    }),
  }
}

const ConnectionStatus = builder
  .objectRef<{ tenantId: string } & Awaited<ReturnType<typeof connectionStatus>>>(
    'ConnectionStatus',
  )
  .implement({
    description: 'How the tenant’s connection to RingCentral stands.',
    fields: (t) => ({
      connected: t.exposeBoolean('connected', {
        description: 'Whether at least one extension is connected.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description:
          'When the connection would end if nothing refreshed it any more: the latest end of a refresh token. Refreshing happens by itself.',
      }),
      rcAccountId: t.exposeString('rcAccountId', {
        nullable: true,
        description: 'RingCentral’s id of the company account that connected last.',
      }),
      activeExtensions: t.exposeInt('activeExtensions', {
        description: 'How many extensions are connected and working.',
      }),
      app: t.field({
        type: RingCentralApp,
        description: 'The app at RingCentral through which people connect now.',
        resolve: ({ tenantId }, _args, context) => shownApp(context, tenantId),
      }),
      problems: t.field({
        type: [ConnectionProblem],
        description: 'What the registration of the app keeps from working; empty when all is well.',
        resolve: ({ tenantId }, _args, { db, services }) =>
          connectionProblems(db, services.apps, tenantId),
      }),
      cursor: t.string({
        description:
          'The cursor of the newest event. Read it before a list and subscribe with `after` set to it: nothing in between is missed.',
        resolve: ({ tenantId }, _args, { services }) => services.feed.head(tenantId),
      }),
    }),
  })

builder.queryField('status', (t) =>
  t.field({
    type: ConnectionStatus,
    description: 'Whether RingCentral is connected. Scope `extensions:read`.',
    authScopes: mayRead,
    resolve: async (_parent, _args, context) => {
      const tenantId = tenantOf(context)
      return { tenantId, ...(await connectionStatus(context.db, tenantId)) }
    },
  }),
)
