import { builder, tenantOf, tenantViewer } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { InvalidPhoneNumberError, NumberNotFoundError } from '../numbers/errors.ts'
import {
  defaultTtlSeconds,
  type IssuedClientToken,
  maxTtlSeconds,
  type Revoked,
} from '../tenants/client-tokens.ts'
import {
  ApiKeyNotFoundError,
  ClientTokenNotFoundError,
  ScopesNotGrantedError,
} from '../tenants/errors.ts'
import { limitOf, mostNamed } from './client-token-limit.ts'
import { ExtensionNotFoundError } from './errors.ts'
import { extensionIdDescription } from './which-extension.ts'

const mayMint = { scope: 'tokens:create' }

builder.objectType(ScopesNotGrantedError, {
  name: 'ScopesNotGrantedError',
  description: 'Scopes that the key itself does not have. Code SCOPES_NOT_GRANTED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    scopes: t.exposeStringList('scopes', { description: 'Those that it lacks.' }),
  }),
})

builder.objectType(ClientTokenNotFoundError, {
  name: 'ClientTokenNotFoundError',
  description:
    'There is no such client token, or it was made with another key. Code CLIENT_TOKEN_NOT_FOUND.',
  interfaces: [ErrorInterface],
})

const ClientToken = builder.objectRef<IssuedClientToken>('ClientToken').implement({
  description:
    'A new client token, which is shown only this once: a short-lived credential for a browser.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'token' in value,
  fields: (t) => ({
    id: t.id({ description: 'For revoking it: `clt_…`.', resolve: ({ row }) => row.id }),
    token: t.exposeString('token', {
      description:
        'What the browser presents, as a key: `Authorization: Bearer …`, over WebSocket `connectionParams.authorization` with the same words. A JWT. On an open socket a `ping` with the payload `{ "authorization": "Bearer …" }` renews it in place: see docs/keys.md.',
    }),
    scopes: t.stringList({ description: 'What it may do.', resolve: ({ row }) => row.scopes }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When it ends by itself.',
      resolve: ({ row }) => row.expiresAt,
    }),
  }),
})

const CreateClientTokenInput = builder.inputType('CreateClientTokenInput', {
  description:
    'A credential for a browser. With `extensionIds` or `numbers` it is limited: it sees what belongs to any of them, and nothing else. Without both it sees all of its tenant that its scopes let it; empty lists alone are refused, since they would mean either everything or nothing.',
  fields: (t) => ({
    scopes: t.stringList({
      required: true,
      description:
        'What it may do, at least one: scopes of the key that asks, but never `keys:manage`, `tokens:create` and `app:manage`.',
    }),
    ttlSeconds: t.int({
      description: `How many seconds it lives, 1 to ${maxTtlSeconds}; ${defaultTtlSeconds} when left out.`,
    }),
    extensionIds: t.idList({
      description: `Limits it to these extensions, at most ${mostNamed}, each ${extensionIdDescription}, and to all that is theirs: their numbers, the messages in their mailboxes, the calls in which they took part. When a number of theirs goes to another extension, what came before stays within the limit, and what comes then is not.`,
    }),
    numbers: t.stringList({
      description: `Limits it to these numbers of yours, at most ${mostNamed}, in E.164: to what goes out from them and comes in to them, whichever extension has them, also when they change hands. A text to several of your numbers is seen by a token that is limited to one of them, with all who got it. Without \`extensionIds\` it sees no extension: \`extension\` of a message is FORBIDDEN then.`,
    }),
    label: t.string({
      description: 'Who or what it is for, at most 100 characters; for your own records.',
    }),
  }),
})

builder.mutationField('createClientToken', (t) =>
  t.field({
    type: ClientToken,
    description:
      'Makes a short-lived, narrow credential that a browser can hold. It ends with its key, and can be revoked before. One that is limited to extensions or numbers is FORBIDDEN on every root field that cannot be narrowed to them (docs/keys.md lists those that can), and over REST. Scope `tokens:create`.',
    authScopes: mayMint,
    errors: {
      types: [
        ScopesNotGrantedError,
        ExtensionNotFoundError,
        NumberNotFoundError,
        InvalidPhoneNumberError,
      ],
    },
    args: {
      input: t.arg({ type: CreateClientTokenInput, required: true, description: 'What to make.' }),
    },
    resolve: async (_parent, { input }, context) => {
      const only = await limitOf(context.db, tenantOf(context), input)
      return context.services.clientTokens.create(tenantViewer(context), { ...input, only })
    },
  }),
)

const RevokedClientToken = builder.objectRef<Revoked>('RevokedClientToken').implement({
  description: 'A client token that works no more.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'revokedAt' in value,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `clt_…`.' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      description: 'When it was revoked: the first time counts.',
    }),
  }),
})

const RevokeClientTokenInput = builder.inputType('RevokeClientTokenInput', {
  description: 'Which client token to revoke.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Its id, `clt_…`.' }) }),
})

builder.mutationField('revokeClientToken', (t) =>
  t.field({
    type: RevokedClientToken,
    description:
      'Ends a client token at once, and its streams within 2 seconds. One that was made with another key only by a key that has `keys:manage` as well. Scope `tokens:create`.',
    authScopes: mayMint,
    errors: { types: [ClientTokenNotFoundError] },
    args: {
      input: t.arg({ type: RevokeClientTokenInput, required: true, description: 'Which one.' }),
    },
    resolve: (_parent, { input }, context) =>
      context.services.clientTokens.revoke(tenantViewer(context), input.id),
  }),
)

const RevokedClientTokens = builder.objectRef<{ count: number }>('RevokedClientTokens').implement({
  description: 'Client tokens that work no more.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'count' in value,
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many were alive until now.' }),
  }),
})

const RevokeClientTokensInput = builder.inputType('RevokeClientTokensInput', {
  description: 'Whose client tokens to revoke.',
  fields: (t) => ({
    apiKeyId: t.id({
      description:
        'The key that they were made with, `key_…`; left out: the one that asks. Another one takes `keys:manage`.',
    }),
  }),
})

builder.mutationField('revokeClientTokens', (t) =>
  t.field({
    type: RevokedClientTokens,
    description:
      'Ends all client tokens of a key at once, and their streams within 2 seconds; the key works on, and whoever it makes a new one for is back at once: have your server refuse them first. Scope `tokens:create`.',
    authScopes: mayMint,
    errors: { types: [ApiKeyNotFoundError] },
    args: { input: t.arg({ type: RevokeClientTokensInput, description: 'Whose.' }) },
    resolve: async (_parent, { input }, context) => {
      const { clientTokens } = context.services
      return {
        count: await clientTokens.revokeAll(tenantViewer(context), input?.apiKeyId ?? undefined),
      }
    },
  }),
)
