import { builder } from '../graphql/builder.ts'
import { ApiKey } from './api-key-schema.ts'
import { type Issued, overlap } from './api-keys.ts'
import { ApiKeyEndedError, ApiKeyNotFoundError, TenantNotFoundError } from './errors.ts'
import { allScopes } from './scopes.ts'

/** The operator, or a key of the tenant: `src/tenants/key-manager.ts` says how far that one goes. */
const mayManage = { operator: true, scope: 'keys:manage' }

const forWhom = 'For the operator, and for a tenant’s own keys. Scope `keys:manage`.'

const IssuedApiKey = builder.objectRef<Issued>('IssuedApiKey').implement({
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
    tenantId: t.id({
      description:
        'The tenant it is for, `ten_…`. The operator names it; a tenant’s key may leave it out, and can name its own only.',
    }),
    name: t.string({
      required: true,
      description: 'What to call it, 1 to 100 characters, for example `production server`.',
    }),
    scopes: t.stringList({
      required: true,
      description: `What it may do, at least one of: ${allScopes.join(', ')}. A tenant’s key hands out only what it has itself.`,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description:
        'From when on it works no more; it answers like an unknown one then. Left out: never, or when the key that makes it ends, which none of its keys outlives.',
    }),
  }),
})

builder.mutationField('createApiKey', (t) =>
  t.field({
    type: IssuedApiKey,
    description: `Makes an API key for a tenant. A scope that the asking key lacks itself is FORBIDDEN. ${forWhom}`,
    authScopes: mayManage,
    errors: { types: [TenantNotFoundError] },
    args: {
      input: t.arg({ type: CreateApiKeyInput, required: true, description: 'What to make.' }),
    },
    resolve: (_parent, { input }, { services, viewer }) => services.apiKeys.create(viewer, input),
  }),
)

const RotateApiKeyInput = builder.inputType('RotateApiKeyInput', {
  description: 'Which API key to replace, and how.',
  fields: (t) => ({
    apiKeyId: t.id({ required: true, description: 'The key’s id, `key_…`.' }),
    overlapSeconds: t.int({
      description: `How long the old one works on, in seconds: 0 (it ends at once) to ${overlap.longest} (30 days); ${overlap.usual} (a day) if left out. Never longer than it would have anyway.`,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description:
        'From when on the new one works no more. Left out: as it was for the old one. A tenant’s key makes none that outlives itself.',
    }),
  }),
})

builder.mutationField('rotateApiKey', (t) =>
  t.field({
    type: IssuedApiKey,
    description: `Makes a new API key with the name and the scopes of an old one, which works on for a while and names its successor in \`replacedById\`. Client tokens that were made with the old one end with it: make new ones with its successor. Once for each key. A scope that the asking key lacks itself is FORBIDDEN. ${forWhom}`,
    authScopes: mayManage,
    errors: { types: [ApiKeyNotFoundError, ApiKeyEndedError] },
    args: {
      input: t.arg({ type: RotateApiKeyInput, required: true, description: 'Which one.' }),
    },
    resolve: (_parent, { input }, { services, viewer }) => services.apiKeys.rotate(viewer, input),
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
    description: `Ends an API key for good, at once, and all client tokens that were made with it; what listens with any of them is ended within 2 seconds. A tenant’s key may end any key of its tenant, also one that may do more than itself: an emergency does not wait. ${forWhom}`,
    authScopes: mayManage,
    errors: { types: [ApiKeyNotFoundError] },
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: 'Which one.' }) },
    resolve: (_query, _parent, { input }, { services, viewer }) =>
      services.apiKeys.revoke(viewer, input.apiKeyId),
  }),
)
