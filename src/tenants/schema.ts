import { builder } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { pageSize } from '../graphql/pagination.ts'
import { TenantNotFoundError } from './errors.ts'
import { FeatureSetting, settingOfEach } from './feature-schema.ts'
import { featuresBut } from './features.ts'

export const operatorOnly = { operator: true }

builder.objectType(TenantNotFoundError, {
  name: 'TenantNotFoundError',
  description: 'There is no such tenant. Code TENANT_NOT_FOUND.',
  interfaces: [ErrorInterface],
})

const TenantStatus = builder.enumType('TenantStatus', {
  description: 'Whether a tenant is served.',
  values: {
    ACTIVE: { description: 'Served.' },
    SUSPENDED: {
      description: 'Refused everywhere until it is resumed; its data and connections stay.',
    },
    DELETING: { description: 'Deleted; being removed.' },
  },
})

export const Tenant = builder.prismaObject('Tenant', {
  description: 'A customer of the gateway. Everything else belongs to exactly one.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `ten_…`.' }),
    name: t.exposeString('name'),
    status: t.expose('status', { type: TenantStatus, description: 'Whether it is served.' }),
    suspendedAt: t.expose('suspendedAt', { type: 'DateTime', nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    features: t.field({
      type: [FeatureSetting],
      description: 'What the tenant has switched on and off, by `updateSettings` with its own key.',
      resolve: ({ disabledFeatures }) => settingOfEach(featuresBut(disabledFeatures)),
    }),
    apiKeys: t.relation('apiKeys', {
      description:
        'Its API keys, newest first, also those that have ended. At most 100; a key with `keys:manage` pages through all with `apiKeys`.',
      query: { orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: 100 },
    }),
  }),
})

builder.queryField('tenants', (t) =>
  t.prismaConnection(
    {
      type: 'Tenant',
      cursor: 'id',
      ...pageSize,
      description: 'All tenants, newest first. For the operator.',
      authScopes: operatorOnly,
      resolve: (query, _parent, _args, { db }) =>
        db.tenant.findMany({
          ...query,
          where: { status: { not: 'DELETING' } },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        }),
    },
    { name: 'TenantConnection', description: 'A page of tenants.' },
    { name: 'TenantEdge', description: 'A tenant and its place in the list.' },
  ),
)
