import type { ApiKey } from '../db/generated/client/client.ts'
import { builder } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { checkPage, pageSize } from '../graphql/pagination.ts'
import { ApiKeyNotFoundError, TenantNotFoundError } from './errors.ts'
import { allScopes } from './scopes.ts'

const operatorOnly = { operator: true }

builder.objectType(TenantNotFoundError, {
  name: 'TenantNotFoundError',
  description: 'There is no such tenant. Code TENANT_NOT_FOUND.',
  interfaces: [ErrorInterface],
})
builder.objectType(ApiKeyNotFoundError, {
  name: 'ApiKeyNotFoundError',
  description: 'There is no such API key. Code API_KEY_NOT_FOUND.',
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

const ApiKeyType = builder.prismaObject('ApiKey', {
  description: 'What a tenant’s server presents. The secret itself is shown only when it is made.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `key_…`.' }),
    name: t.exposeString('name'),
    prefix: t.exposeString('prefix'),
    scopes: t.exposeStringList('scopes'),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
  }),
})

const Tenant = builder.prismaObject('Tenant', {
  description: 'A customer of the gateway. Everything else belongs to exactly one.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `ten_…`.' }),
    name: t.exposeString('name'),
    status: t.expose('status', { type: TenantStatus, description: 'Whether it is served.' }),
    suspendedAt: t.expose('suspendedAt', { type: 'DateTime', nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    apiKeys: t.relation('apiKeys', {
      description: 'Its API keys, newest first, revoked ones too.',
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
      resolve: (query, _parent, args, { db }) => {
        checkPage(args)
        return db.tenant.findMany({
          ...query,
          where: { status: { not: 'DELETING' } },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        })
      },
    },
    { description: 'A page of tenants.' },
    { description: 'A tenant and its place in the list.' },
  ),
)

const CreateTenantInput = builder.inputType('CreateTenantInput', {
  description: 'A new tenant.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'The company’s name, 1 to 100 characters; people see it when they connect.',
    }),
  }),
})

builder.mutationField('createTenant', (t) =>
  t.field({
    type: Tenant,
    description: 'Creates a tenant. For the operator.',
    authScopes: operatorOnly,
    errors: {},
    args: {
      input: t.arg({ type: CreateTenantInput, required: true, description: 'What to create.' }),
    },
    resolve: (_parent, { input }, { services }) => services.tenants.createTenant(input),
  }),
)

const inputNamingTenant = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      tenantId: t.id({ required: true, description: 'The tenant’s id, `ten_…`.' }),
    }),
  })

const SuspendTenantInput = inputNamingTenant('SuspendTenantInput', 'Which tenant to suspend.')
const ResumeTenantInput = inputNamingTenant('ResumeTenantInput', 'Which tenant to resume.')
const DeleteTenantInput = inputNamingTenant('DeleteTenantInput', 'Which tenant to delete.')

builder.mutationField('suspendTenant', (t) =>
  t.field({
    type: Tenant,
    description:
      'Refuses a tenant everywhere until it is resumed. Its data and connections stay. For the operator.',
    authScopes: operatorOnly,
    errors: { types: [TenantNotFoundError] },
    args: { input: t.arg({ type: SuspendTenantInput, required: true, description: 'Which one.' }) },
    resolve: (_parent, { input }, { services }) => services.tenants.suspendTenant(input.tenantId),
  }),
)

builder.mutationField('resumeTenant', (t) =>
  t.field({
    type: Tenant,
    description: 'Serves a suspended tenant again. For the operator.',
    authScopes: operatorOnly,
    errors: { types: [TenantNotFoundError] },
    args: { input: t.arg({ type: ResumeTenantInput, required: true, description: 'Which one.' }) },
    resolve: (_parent, { input }, { services }) => services.tenants.resumeTenant(input.tenantId),
  }),
)

const DeletedTenant = builder.objectRef<{ tenantId: string }>('DeletedTenant').implement({
  description: 'A tenant that is no more.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'tenantId' in value,
  fields: (t) => ({
    tenantId: t.exposeID('tenantId', { description: 'The id it had.' }),
  }),
})

builder.mutationField('deleteTenant', (t) =>
  t.field({
    type: DeletedTenant,
    description:
      'Deletes a tenant for good: its keys stop working at once; its grants are given back to RingCentral and its data removed right afterwards. For the operator.',
    authScopes: operatorOnly,
    errors: { types: [TenantNotFoundError] },
    args: { input: t.arg({ type: DeleteTenantInput, required: true, description: 'Which one.' }) },
    resolve: async (_parent, { input }, { services }) => {
      await services.tenants.deleteTenant(input.tenantId)
      return { tenantId: input.tenantId }
    },
  }),
)

const IssuedApiKey = builder
  .objectRef<{ secret: string; apiKey: ApiKey }>('IssuedApiKey')
  .implement({
    description: 'A new API key with its secret, which is shown only this once.',
    isTypeOf: (value) => typeof value === 'object' && value !== null && 'secret' in value,
    fields: (t) => ({
      secret: t.exposeString('secret', {
        description: 'The secret to present: `Authorization: Bearer rql_…`. Store it now.',
      }),
      apiKey: t.field({
        type: ApiKeyType,
        description: 'The key as it will be listed.',
        resolve: (issued) => issued.apiKey,
      }),
    }),
  })

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A new API key.',
  fields: (t) => ({
    tenantId: t.id({ required: true, description: 'The tenant it is for, `ten_…`.' }),
    name: t.string({
      required: true,
      description: 'What to call it, 1 to 100 characters, for example `production server`.',
    }),
    scopes: t.stringList({
      required: true,
      description: `What it may do, at least one of: ${allScopes.join(', ')}.`,
    }),
  }),
})

builder.mutationField('createApiKey', (t) =>
  t.field({
    type: IssuedApiKey,
    description: 'Makes an API key for a tenant. For the operator.',
    authScopes: operatorOnly,
    errors: { types: [TenantNotFoundError] },
    args: {
      input: t.arg({ type: CreateApiKeyInput, required: true, description: 'What to make.' }),
    },
    resolve: (_parent, { input }, { services }) => services.tenants.createApiKey(input),
  }),
)

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  description: 'Which API key to revoke.',
  fields: (t) => ({
    apiKeyId: t.id({ required: true, description: 'The key’s id, `key_…`.' }),
  }),
})

builder.mutationField('revokeApiKey', (t) =>
  t.prismaField({
    type: 'ApiKey',
    description: 'Ends an API key for good, at once. For the operator.',
    authScopes: operatorOnly,
    errors: { types: [ApiKeyNotFoundError] },
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: 'Which one.' }) },
    resolve: (_query, _parent, { input }, { services }) =>
      services.tenants.revokeApiKey(input.apiKeyId),
  }),
)
