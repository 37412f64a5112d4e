import { ExtensionNotFoundError, NotConnectedError } from '../extensions/errors.ts'
import {
  GrantLacksScopeError,
  RefusedByRingCentralError,
  RingCentralUnreachableError,
} from '../extensions/ringcentral-refusals.ts'
import { extensionIdDescription } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { RateLimitedError } from '../lib/errors.ts'
import { FeatureDisabledError } from '../tenants/errors.ts'
import { Availability, DoNotDisturb, Presence } from './presence-schema.ts'
import { longestMessage } from './set-presence.ts'

const SetPresenceInput = builder.inputType('SetPresenceInput', {
  description: 'What to set; what is left out stays as it is.',
  fields: (t) => ({
    extensionId: t.id({ required: true, description: `Whose, ${extensionIdDescription}.` }),
    userStatus: t.field({ type: Availability, description: 'Whether the person is there.' }),
    doNotDisturb: t.field({ type: DoNotDisturb, description: 'Which calls not to take.' }),
    statusMessage: t.string({
      description: `What to tell everybody, at most ${longestMessage} characters; empty for nothing.`,
    }),
  }),
})

builder.mutationField('setPresence', (t) =>
  t.field({
    type: Presence,
    description:
      'Sets somebody’s presence at RingCentral, where their grant covers its scope EditPresence. Scope `people:write`.',
    authScopes: { scope: 'people:write' },
    errors: {
      types: [
        ExtensionNotFoundError,
        NotConnectedError,
        GrantLacksScopeError,
        FeatureDisabledError,
        RefusedByRingCentralError,
        RateLimitedError,
        RingCentralUnreachableError,
      ],
    },
    args: { input: t.arg({ type: SetPresenceInput, required: true, description: 'What.' }) },
    resolve: (_parent, { input }, context) =>
      context.services.setPresence(tenantOf(context), input),
  }),
)
