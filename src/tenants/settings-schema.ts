import { builder, tenantOf } from '../graphql/builder.ts'
import { Feature, FeatureSetting, settingOfEach } from './feature-schema.ts'
import type { QuietHours } from './quiet-hours.ts'
import { maxReturnUrls } from './return-urls.ts'
import {
  longestHistoryDays,
  maxHelpTextLength,
  type TenantSettings as Settings,
} from './settings.ts'

const QuietHoursSetting = builder.objectRef<QuietHours>('QuietHours').implement({
  description: 'When no texts leave, by the clock of who gets them.',
  fields: (t) => ({
    start: t.exposeString('start', { description: 'When they begin, for example `21:00`.' }),
    end: t.exposeString('end', {
      description: 'When they end; of the next morning, if that is before `start`.',
    }),
    timeZone: t.exposeString('timeZone', {
      description: 'The IANA zone that counts for numbers which tell none, as toll-free ones.',
    }),
  }),
})

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
    quietHours: t.expose('quietHours', {
      type: QuietHoursSetting,
      nullable: true,
      description: 'When no texts leave; null if they leave at any time.',
    }),
    helpText: t.exposeString('helpText', {
      nullable: true,
      description: 'What is answered to HELP and INFO; null if nothing is.',
    }),
    returnUrls: t.exposeStringList('returnUrls', {
      description:
        'Where a connect link may lead people back to: what `returnUrl` of `createConnectToken` and `createInviteToken` can be. Empty at first.',
    }),
  }),
})

builder.queryField('settings', (t) =>
  t.field({
    type: TenantSettings,
    description:
      'How the gateway is set up for your tenant. Whether it works for an extension as well is in `Extension.capabilities`. Scope `extensions:read`.',
    authScopes: { scope: 'extensions:read' },
    resolve: (_parent, _args, context) => context.services.settings.read(tenantOf(context)),
  }),
)

const QuietHoursInput = builder.inputType('QuietHoursInput', {
  description: 'When no texts leave, by the clock of who gets them.',
  fields: (t) => ({
    start: t.string({ required: true, description: 'When they begin, for example `21:00`.' }),
    end: t.string({
      required: true,
      description: 'When they end, for example `08:00`: of the next morning, if before `start`.',
    }),
    timeZone: t.string({
      required: true,
      description:
        'The IANA zone that counts for numbers which tell none, for example `America/New_York`.',
    }),
  }),
})

const UpdateSettingsInput = builder.inputType('UpdateSettingsInput', {
  description: 'What to change; what is not named stays as it is.',
  fields: (t) => ({
    enable: t.field({ type: [Feature], description: 'To switch on.' }),
    disable: t.field({ type: [Feature], description: 'To switch off.' }),
    historyDays: t.int({
      description: `How many days of older texts are read when an extension connects from now on, 0 (none) to ${longestHistoryDays}. For those that are connected: \`importHistory\`.`,
    }),
    quietHours: t.field({
      type: QuietHoursInput,
      description:
        'When no texts leave: what is accepted or due then is SCHEDULED until they end in the probable time zone of the recipient, by their number; with several, in all of them. Answers to who has texted that number within the last hour leave all the same, and so does what is sent with `ignoreQuietHours`. Texts that are held back already keep their time. Null: at any time.',
    }),
    helpText: t.string({
      description: `What the gateway answers, once, to each HELP or INFO that is texted to one of your numbers; 1 to ${maxHelpTextLength} UTF-16 code units. Null: nothing.`,
    }),
    returnUrls: t.stringList({
      description: `Replaces the addresses of your application that a connect link may lead people back to, at most ${maxReturnUrls}: absolute https URLs without user and password (http for localhost only), compared character by character, query included. Links that are made already keep theirs. Null: none.`,
    }),
  }),
})

builder.mutationField('updateSettings', (t) =>
  t.field({
    type: TenantSettings,
    description:
      'Changes how the gateway is set up for all extensions of your tenant. A feature that is switched off: RingCentral is not asked any more and its webhooks no longer listen; mutations answer `FeatureDisabledError`; what is stored stays readable, and an old copy stays old. On: webhooks listen again, and what is missing is read, as far as RingCentral still has it. Answers at once; `Extension.capabilities` tells when it works. Scope `settings:write`.',
    authScopes: { scope: 'settings:write' },
    errors: {},
    args: {
      input: t.arg({ type: UpdateSettingsInput, required: true, description: 'What to change.' }),
    },
    resolve: (_parent, { input }, context) =>
      context.services.settings.update(tenantOf(context), input),
  }),
)
