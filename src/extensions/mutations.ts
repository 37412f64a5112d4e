import type { ConnectTokenKind } from '../db/generated/client/client.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { RateLimitedError } from '../lib/errors.ts'
import { ExtensionNotFoundError, NotConnectedError } from './errors.ts'
import { Extension } from './schema.ts'
import { extensionIdDescription } from './which-extension.ts'

const mayConnect = { scope: 'extensions:connect' }

const ConnectToken = builder
  .objectRef<{ connectUrl: string; expiresAt: Date }>('ConnectToken')
  .implement({
    description: 'A link that connects one RingCentral extension, once.',
    isTypeOf: (value) => typeof value === 'object' && value !== null && 'connectUrl' in value,
    fields: (t) => ({
      connectUrl: t.exposeString('connectUrl', {
        description: 'The absolute URL for the person to open in a browser.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'Until when it can be used.',
      }),
    }),
  })

const labelDescription =
  'Who or what it is for, shown on the page that the link opens: `Ava, front desk`. At most 100 characters.'

const userIdDescription =
  'Your own id of the user whom the link is for: mapped to the extension that it connects, as by `mapUser`. If that cannot be, the page says so and nothing is connected.'

const returnUrlDescription =
  'An address of your application, one of `settings.returnUrls`: the page at the end leads the person back there. It is told nothing; how it went you hear from `extensionChanged`. Left out, people close the page.'

const CreateConnectTokenInput = builder.inputType('CreateConnectTokenInput', {
  description: 'How to make a connect link.',
  fields: (t) => ({
    label: t.string({ description: labelDescription }),
    userId: t.string({ description: userIdDescription }),
    returnUrl: t.string({ description: returnUrlDescription }),
  }),
})

const CreateInviteTokenInput = builder.inputType('CreateInviteTokenInput', {
  description: 'How to make an invite link.',
  fields: (t) => ({
    label: t.string({ description: labelDescription }),
    userId: t.string({ description: userIdDescription }),
    returnUrl: t.string({ description: returnUrlDescription }),
  }),
})

type LinkInput = { label?: string | null; userId?: string | null; returnUrl?: string | null }

async function createToken(
  context: Context,
  kind: ConnectTokenKind,
  input: LinkInput | null | undefined,
) {
  const { extensions } = context.services
  const link = await extensions.links.create({
    tenantId: tenantOf(context),
    kind,
    label: input?.label,
    userId: input?.userId,
    returnUrl: input?.returnUrl,
  })
  return { connectUrl: extensions.absoluteUrl(link.path), expiresAt: link.expiresAt }
}

builder.mutationField('createConnectToken', (t) =>
  t.field({
    type: ConnectToken,
    description:
      'Makes a link with which the admin connects an extension. Works once, for 5 minutes; at most 100 links an hour. Scope `extensions:connect`.',
    authScopes: mayConnect,
    errors: { types: [RateLimitedError] },
    args: { input: t.arg({ type: CreateConnectTokenInput, description: 'May be left out.' }) },
    resolve: (_parent, { input }, context) => createToken(context, 'CONNECT', input),
  }),
)

builder.mutationField('createInviteToken', (t) =>
  t.field({
    type: ConnectToken,
    description:
      'Makes a link with which a team member connects their own extension. Works once, for 30 minutes; at most 100 links an hour. Scope `extensions:connect`.',
    authScopes: mayConnect,
    errors: { types: [RateLimitedError] },
    args: { input: t.arg({ type: CreateInviteTokenInput, description: 'May be left out.' }) },
    resolve: (_parent, { input }, context) => createToken(context, 'INVITE', input),
  }),
)

const Disconnected = builder.objectRef<{ disconnectedIds: string[] }>('Disconnected').implement({
  description: 'What `disconnect` has ended.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'disconnectedIds' in value,
  fields: (t) => ({
    extensions: t.prismaField({
      type: [Extension],
      description: 'The extensions that were connected; their history stays.',
      resolve: (query, { disconnectedIds }, _args, context) =>
        context.db.extension.findMany({
          ...query,
          where: { id: { in: disconnectedIds }, tenantId: tenantOf(context) },
        }),
    }),
  }),
})

const DisconnectInput = builder.inputType('DisconnectInput', {
  description: 'What else to remove.',
  fields: (t) => ({
    removeMappings: t.boolean({
      description:
        'Whether to forget as well which user is which extension. Left out, the mappings stay, and hold when people connect again.',
    }),
  }),
})

builder.mutationField('disconnect', (t) =>
  t.field({
    type: Disconnected,
    description:
      'Disconnects all extensions of the tenant: what was queued fails, tokens and numbers are wiped at once, webhooks deleted and grants revoked at RingCentral right afterwards. What was copied for them is forgotten: contacts, presence, and the directory with the last extension of its company. Messages, calls and, unless you say otherwise, user mappings stay. Scope `extensions:connect`.',
    authScopes: mayConnect,
    errors: { types: [NotConnectedError] },
    args: { input: t.arg({ type: DisconnectInput, description: 'May be left out.' }) },
    resolve: async (_parent, { input }, context) => {
      const ended = await context.services.extensions.disconnectTenant(tenantOf(context), {
        removeMappings: input?.removeMappings === true,
      })
      return { disconnectedIds: ended.map((extension) => extension.id) }
    },
  }),
)

const DiscoverPhoneNumbersInput = builder.inputType('DiscoverPhoneNumbersInput', {
  description: 'Whose numbers to read again.',
  fields: (t) => ({
    extensionId: t.id({
      required: true,
      description: `The extension, ${extensionIdDescription}.`,
    }),
  }),
})

builder.mutationField('discoverPhoneNumbers', (t) =>
  t.prismaField({
    type: Extension,
    description:
      'Reads the numbers of an extension from RingCentral again, which otherwise happens daily. Answers at once; `extensionChanged` tells when something is new. Scope `extensions:connect`.',
    authScopes: mayConnect,
    errors: { types: [ExtensionNotFoundError, NotConnectedError] },
    args: {
      input: t.arg({ type: DiscoverPhoneNumbersInput, required: true, description: 'Whose.' }),
    },
    resolve: (_query, _parent, { input }, context) =>
      context.services.extensions.requestDiscovery(tenantOf(context), input.extensionId),
  }),
)
