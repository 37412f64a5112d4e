import type { ApiKey as ApiKeyRow } from '../db/generated/client/client.ts'
import { builder } from '../graphql/builder.ts'
import { ApiKeyNotFoundError, TenantNotFoundError } from './errors.ts'
import { ApiKey, operatorOnly, Tenant } from './schema.ts'
import { allScopes } from './scopes.ts'

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
  .objectRef<{ secret: string; apiKey: ApiKeyRow }>('IssuedApiKey')
  .implement({
    description: 'A new API key with its secret, which is shown only this once.',
    isTypeOf: (value) => typeof value === 'object' && value !== null && 'secret' in value,
    fields: (t) => ({
      secret: t.exposeString('secret', {
        description: 'The secret to present: `Authorization: Bearer rql_…`. Store it now.',
      }),
      apiKey: t.field({
        type: ApiKey,
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
    type: ApiKey,
    description: 'Ends an API key for good, at once. For the operator.',
    authScopes: operatorOnly,
    errors: { types: [ApiKeyNotFoundError] },
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: 'Which one.' }) },
    resolve: (_query, _parent, { input }, { services }) =>
      services.tenants.revokeApiKey(input.apiKeyId),
  }),
)
