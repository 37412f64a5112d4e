import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { pageSize } from '../graphql/pagination.ts'
import { ApiKeyEndedError, ApiKeyNotFoundError } from './errors.ts'

builder.objectType(ApiKeyNotFoundError, {
  name: 'ApiKeyNotFoundError',
  description: 'There is no such API key. Code API_KEY_NOT_FOUND.',
  interfaces: [ErrorInterface],
})
builder.objectType(ApiKeyEndedError, {
  name: 'ApiKeyEndedError',
  description: 'The API key was revoked, has expired, or was rotated already. Code API_KEY_ENDED.',
  interfaces: [ErrorInterface],
})

export const ApiKey = builder.prismaObject('ApiKey', {
  description: 'What a tenant’s server presents. The secret itself is shown only when it is made.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `key_…`.' }),
    name: t.exposeString('name'),
    prefix: t.exposeString('prefix'),
    scopes: t.exposeStringList('scopes'),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
    replacedById: t.exposeID('replacedById', { nullable: true }),
  }),
})

builder.queryField('apiKeys', (t) =>
  t.prismaConnection(
    {
      type: ApiKey,
      cursor: 'id',
      ...pageSize,
      description:
        'The API keys of your tenant, newest first, also those that have ended. The operator reads them in `Tenant.apiKeys`. Scope `keys:manage`.',
      authScopes: { scope: 'keys:manage' },
      totalCount: (_parent, _args, context) =>
        context.db.apiKey.count({ where: { tenantId: tenantOf(context) } }),
      resolve: (query, _parent, _args, context) =>
        context.db.apiKey.findMany({
          ...query,
          where: { tenantId: tenantOf(context) },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        }),
    },
    { name: 'ApiKeyConnection', description: 'A page of API keys.' },
    { name: 'ApiKeyEdge', description: 'An API key and its place in the list.' },
  ),
)
