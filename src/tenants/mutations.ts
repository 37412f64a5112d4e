import { builder } from '../graphql/builder.ts'
import { TenantNotFoundError } from './errors.ts'
import { operatorOnly, Tenant } from './schema.ts'

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
