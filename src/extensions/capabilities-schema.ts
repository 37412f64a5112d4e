import type { Extension as ExtensionRow } from '../db/generated/client/client.ts'
import { createBatch } from '../graphql/batch.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { Feature } from '../tenants/feature-schema.ts'
import { featuresOf } from '../tenants/features.ts'
import type { Ability as AbilityName } from './abilities.ts'
import { type Capability as CapabilityRow, capabilitiesOf } from './capabilities.ts'
import { DisabledFilter, Extension } from './schema.ts'

const Ability = builder.enumType('Ability', {
  description: 'What an extension may be able to do.',
  values: {
    SEND_SMS: { description: '`sendSms`.' },
    RECEIVE_SMS: { description: 'Texts that come in, and what became of those that went out.' },
    HIGH_VOLUME_SMS: {
      description: '`sendSms` from its high-volume numbers (A2P), and texts that come in there.',
    },
    LIVE_MESSAGES: {
      description: 'Texts within seconds. Without it, comparing finds them minutes later.',
    },
    SYNC_READ_STATE: {
      description:
        '`markConversationRead` and `markConversationUnread` at RingCentral as well. Without it they are known here alone.',
    },
    SYNC_CONSENTS: {
      description:
        'Who opted out, told to RingCentral and heard from it at once. Without the scope SMS it holds in the gateway alone; without notifications, RingCentral’s own records are compared every day. A STOP that is texted counts in any case.',
    },
    SEND_INTERNAL_MESSAGE: { description: 'Texts to colleagues by their extension.' },
    RECEIVE_INTERNAL_MESSAGES: { description: 'Texts from colleagues by their extension.' },
    VOICEMAIL: { description: 'Voicemails as messages.' },
    FAX: { description: 'Faxes as messages.' },
    READ_CALL_LOG: { description: 'Its own calls in `callLogs`.' },
    READ_COMPANY_CALL_LOG: { description: 'Everybody’s calls in `callLogs`.' },
    LIVE_CALLS: {
      description: 'Calls as they ring, are answered and end: `callChanged`, `activeCalls`.',
    },
    START_CALL: { description: '`startCall`.' },
    CONTROL_CALLS: {
      description: '`hangUp`, `hold`, `unhold`, `mute`, `unmute`, `transferCall`.',
    },
    RECORDINGS: { description: 'The addresses of `Call.recordings`.' },
    READ_PRESENCE: { description: '`Extension.presence`.' },
    LIVE_PRESENCE: { description: '`presenceChanged`.' },
    SET_PRESENCE: { description: '`setPresence`.' },
    DIRECTORY: { description: '`directory`, for which one extension of the company is enough.' },
    READ_CONTACTS: { description: '`contacts`, and names from them.' },
    WRITE_CONTACTS: { description: '`createContact`, `updateContact`, `deleteContact`.' },
    UPDATE_EXTENSION: { description: '`updateExtension`.' },
  } as const satisfies Record<AbilityName, unknown>,
})

const Capability = builder.objectRef<CapabilityRow>('Capability').implement({
  description:
    'Whether an extension can do something, as far as the gateway can know: the user’s role at RingCentral may forbid more.',
  fields: (t) => ({
    ability: t.expose('ability', { type: Ability, description: 'What.' }),
    works: t.exposeBoolean('works', { description: 'Whether it works.' }),
    missingScope: t.exposeString('missingScope', {
      nullable: true,
      description:
        'RingCentral’s scope that the grant lacks: add it to the app’s registration, then the user connects again.',
    }),
    disabledFeature: t.expose('disabledFeature', {
      type: Feature,
      nullable: true,
      description: 'What your tenant has switched off: `updateSettings` switches it on.',
    }),
    disabledFilter: t.expose('disabledFilter', {
      type: DisabledFilter,
      nullable: true,
      description: 'What RingCentral does not notify us of, with its reason.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it does not work and what to do, for a person; null when it works.',
    }),
  }),
})

/** Three questions to the database for a whole page. */
const capabilitiesIn = createBatch<ExtensionRow, CapabilityRow[]>(async (context, extensions) => {
  const extensionRowId = { in: [...new Set(extensions.map(({ id }) => id))] }
  const [features, numbers, webhooks] = await Promise.all([
    featuresOf(context.db, tenantOf(context)),
    context.db.phoneNumber.findMany({
      where: { extensionRowId },
      select: { extensionRowId: true, features: true },
    }),
    context.db.webhookSubscription.findMany({
      where: { extensionRowId, status: 'ACTIVE' },
      orderBy: { createdAt: 'desc' },
      select: { extensionRowId: true, eventFilters: true, disabledFilters: true },
    }),
  ])
  return extensions.map((extension) => {
    const isOf = (row: { extensionRowId: string }) => row.extensionRowId === extension.id
    return capabilitiesOf({
      extension,
      features,
      numbers: numbers.filter(isOf),
      webhook: webhooks.find(isOf) ?? null,
    })
  })
})

function ownCapabilities(context: Context, extension: ExtensionRow): Promise<CapabilityRow[]> | [] {
  return extension.tenantId === tenantOf(context) ? capabilitiesIn(context, extension) : []
}

builder.objectField(Extension, 'capabilities', (t) =>
  t.field({
    type: [Capability],
    description:
      'Each ability and whether it works, or which scope, feature or right is missing. Asking costs RingCentral nothing.',
    resolve: (extension, _args, context) => ownCapabilities(context, extension),
  }),
)
