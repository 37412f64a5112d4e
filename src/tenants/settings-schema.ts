import type { Feature as FeatureName } from '../db/generated/client/client.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { Feature, FeatureSetting, settingOfEach } from './feature-schema.ts'

type Features = { on: ReadonlySet<FeatureName> }

const TenantSettings = builder.objectRef<Features>('TenantSettings').implement({
  description: 'How the gateway is set up for a tenant.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'on' in value,
  fields: (t) => ({
    features: t.field({
      type: [FeatureSetting],
      description: 'Every feature, and whether it is on.',
      resolve: ({ on }) => settingOfEach(on),
    }),
  }),
})

builder.queryField('settings', (t) =>
  t.field({
    type: TenantSettings,
    description:
      'What is switched on for your tenant. Whether it works for an extension as well is in `Extension.capabilities`. Scope `extensions:read`.',
    authScopes: { scope: 'extensions:read' },
    resolve: async (_parent, _args, context) => ({
      on: await context.services.settings.read(tenantOf(context)),
    }),
  }),
)

const UpdateSettingsInput = builder.inputType('UpdateSettingsInput', {
  description: 'What to switch; what is not named stays as it is.',
  fields: (t) => ({
    enable: t.field({ type: [Feature], description: 'To switch on.' }),
    disable: t.field({ type: [Feature], description: 'To switch off.' }),
  }),
})

builder.mutationField('updateSettings', (t) =>
  t.field({
    type: TenantSettings,
    description:
      'Switches features on and off for all extensions of your tenant. Off: RingCentral is not asked any more and its webhooks no longer listen; mutations answer `FeatureDisabledError`; what is stored stays readable, and an old copy stays old. On: webhooks listen again, and what is missing is read, as far as RingCentral still has it. Answers at once; `Extension.capabilities` tells when it works. Scope `settings:write`.',
    authScopes: { scope: 'settings:write' },
    errors: {},
    args: {
      input: t.arg({ type: UpdateSettingsInput, required: true, description: 'What to switch.' }),
    },
    resolve: async (_parent, { input }, context) => ({
      on: await context.services.settings.update(tenantOf(context), input),
    }),
  }),
)
