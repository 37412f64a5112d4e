import { builder, tenantOf } from '../graphql/builder.ts'
import { Feature, FeatureSetting, settingOfEach } from './feature-schema.ts'
import { longestHistoryDays, type TenantSettings as Settings } from './settings.ts'

const TenantSettings = builder.objectRef<Settings>('TenantSettings').implement({
  description: 'How the gateway is set up for a tenant.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'on' in value,
  fields: (t) => ({
    features: t.field({
      type: [FeatureSetting],
      description: 'Every feature, and whether it is on.',
      resolve: ({ on }) => settingOfEach(on),
    }),
    historyDays: t.exposeInt('historyDays', {
      description:
        'How many days of older texts are read from RingCentral when an extension connects; 0: none. `Extension.historyImport` tells how far that has come.',
    }),
  }),
})

builder.queryField('settings', (t) =>
  t.field({
    type: TenantSettings,
    description:
      'What is switched on for your tenant. Whether it works for an extension as well is in `Extension.capabilities`. Scope `extensions:read`.',
    authScopes: { scope: 'extensions:read' },
    resolve: (_parent, _args, context) => context.services.settings.read(tenantOf(context)),
  }),
)

const UpdateSettingsInput = builder.inputType('UpdateSettingsInput', {
  description: 'What to switch and to set; what is not named stays as it is.',
  fields: (t) => ({
    enable: t.field({ type: [Feature], description: 'To switch on.' }),
    disable: t.field({ type: [Feature], description: 'To switch off.' }),
    historyDays: t.int({
      description: `How many days of older texts are read when an extension connects from now on, 0 (none) to ${longestHistoryDays}. For those that are connected: \`importHistory\`.`,
    }),
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
    resolve: (_parent, { input }, context) =>
      context.services.settings.update(tenantOf(context), input),
  }),
)
