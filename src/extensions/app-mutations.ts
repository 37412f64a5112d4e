import type { RingCentralApp as StoredApp } from '../db/generated/client/client.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { InvalidInputError, RateLimitedError } from '../lib/errors.ts'
import { NoRingCentralAppError, RingCentralAppRefusedError } from './app-errors.ts'
import { RingCentralApp, type ShownApp } from './app-schema.ts'
import { RingCentralUnreachableError } from './ringcentral-refusals.ts'

const mayManage = { scope: 'app:manage' }

const SetRingCentralAppInput = builder.inputType('SetRingCentralAppInput', {
  description: 'The credentials of an app that is registered at RingCentral.',
  fields: (t) => ({
    clientId: t.string({ required: true, description: 'Its Client ID: at most 100 characters.' }),
    clientSecret: t.string({
      description:
        'Its Client Secret: at most 500 characters. Left out for a public app, which has none.',
    }),
    serverUrl: t.string({
      description:
        'RingCentral’s server, `https://platform.ringcentral.com` or `https://platform.devtest.ringcentral.com`. Left out, it is the gateway’s.',
    }),
  }),
})

/** The app through which a tenant's people connect now. */
export async function shownApp({ services }: Context, tenantId: string): Promise<ShownApp> {
  const { apps } = services
  const own: StoredApp | null = await apps.ownOf(tenantId)
  const { clientId, serverUrl, redirectUri } = own
    ? { ...own, redirectUri: apps.redirectUriOf(own.serverUrl) }
    : await apps.find(null)
  return { clientId, serverUrl, redirectUri, isOwn: own !== null, setAt: own?.setAt ?? null }
}

builder.mutationField('setRingCentralApp', (t) =>
  t.field({
    type: RingCentralApp,
    description:
      'Makes the tenant’s people connect through its own app at RingCentral. RingCentral is asked whether the credentials are right before they are stored, sealed; at most 20 times an hour. Who is connected stays so, through the app they connected with, until they connect again; the same app with a new secret is used for them at once. Errors: INVALID_INPUT, RINGCENTRAL_APP_REFUSED, RINGCENTRAL_UNREACHABLE, RATE_LIMITED. Scope `app:manage`.',
    authScopes: mayManage,
    errors: {
      types: [
        RingCentralAppRefusedError,
        RingCentralUnreachableError,
        InvalidInputError,
        RateLimitedError,
      ],
    },
    args: {
      input: t.arg({ type: SetRingCentralAppInput, required: true, description: 'Which app.' }),
    },
    resolve: async (_parent, { input }, context) => {
      const tenantId = tenantOf(context)
      await context.services.ownApp.set(tenantId, input)
      return shownApp(context, tenantId)
    },
  }),
)

builder.mutationField('removeRingCentralApp', (t) =>
  t.field({
    type: RingCentralApp,
    description:
      'Makes the tenant’s people connect through the gateway’s app again; answers with that one. Who is connected stays so. Error: NO_RINGCENTRAL_APP. Scope `app:manage`.',
    authScopes: mayManage,
    errors: { types: [NoRingCentralAppError] },
    resolve: async (_parent, _args, context) => {
      const tenantId = tenantOf(context)
      if (!(await context.services.ownApp.remove(tenantId))) throw new NoRingCentralAppError()
      return shownApp(context, tenantId)
    },
  }),
)
