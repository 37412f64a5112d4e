import type { Feature as FeatureName } from '../db/generated/client/client.ts'
import { builder } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { FeatureDisabledError } from './errors.ts'
import { allFeatures } from './features.ts'

export const Feature = builder.enumType('Feature', {
  description:
    'What a tenant can switch off. Switched off, RingCentral is neither asked nor listened to for it; what is stored stays readable. Texts cannot be switched off.',
  values: {
    CALLS: { description: 'The call log, and calls as they happen.' },
    CALL_CONTROL: {
      description: 'Starting calls and taking part in those that go on. Needs CALLS as well.',
    },
    RECORDINGS: { description: 'Listening to what was recorded of calls.' },
    PRESENCE: { description: 'Who is free.' },
    DIRECTORY: { description: 'The people of the company, for looking somebody up.' },
    CONTACTS: { description: 'The personal address books.' },
    INTERNAL_MESSAGES: { description: 'Texts between extensions of the company.' },
    VOICEMAIL: { description: 'Voicemails as messages.' },
    FAX: { description: 'Faxes as messages.' },
  } as const satisfies Record<FeatureName, unknown>,
})

export const FeatureSetting = builder
  .objectRef<{ feature: FeatureName; enabled: boolean }>('FeatureSetting')
  .implement({
    description: 'Whether a feature is on.',
    fields: (t) => ({
      feature: t.expose('feature', { type: Feature, description: 'Which one.' }),
      enabled: t.exposeBoolean('enabled', { description: 'Whether it is on.' }),
    }),
  })

/** All of them, each with how it stands. */
export function settingOfEach(on: ReadonlySet<FeatureName>) {
  return allFeatures.map((feature) => ({ feature, enabled: on.has(feature) }))
}

builder.objectType(FeatureDisabledError, {
  name: 'FeatureDisabledError',
  description: 'The tenant has switched it off. Code FEATURE_DISABLED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    feature: t.expose('feature', { type: Feature, description: 'What is switched off.' }),
  }),
})
