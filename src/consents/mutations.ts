import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { InvalidPhoneNumberError, NumberNotFoundError } from '../numbers/errors.ts'
import { RecipientOptedOutError } from './errors.ts'
import { Consent, ConsentStatus } from './schema.ts'
import { maxNoteLength } from './service.ts'

builder.objectType(RecipientOptedOutError, {
  name: 'RecipientOptedOutError',
  description:
    'A recipient wants no more texts from this number; nothing was sent. Code RECIPIENT_OPTED_OUT.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    recipient: t.exposeString('recipient', { description: 'Who opted out, in E.164.' }),
    from: t.exposeString('from', { description: 'Your number that they opted out of, in E.164.' }),
    optedOutAt: t.expose('optedOutAt', { type: 'DateTime', description: 'Since when.' }),
  }),
})

const SetConsentInput = builder.inputType('SetConsentInput', {
  description: 'What somebody said about your texts, in another way than by a text.',
  fields: (t) => ({
    number: t.string({
      required: true,
      description: 'Your number, in E.164: one of `phoneNumbers`.',
    }),
    other: t.string({ required: true, description: 'Their number, in E.164.' }),
    status: t.field({ type: ConsentStatus, required: true, description: 'What they want.' }),
    note: t.string({
      description: `How you know, for whoever asks one day; at most ${maxNoteLength} characters.`,
    }),
  }),
})

builder.mutationField('setConsent', (t) =>
  t.prismaField({
    type: Consent,
    description:
      'Sets whether somebody wants texts from one of your numbers. OPTED_OUT holds at once: what waits for them is CANCELED in the same moment. OPTED_IN lifts an opt-out, their own STOP included: have proof that they asked for it. RingCentral is told within seconds (`mirrored`). The same again changes nothing. Scope `consents:write`.',
    authScopes: { scope: 'consents:write' },
    errors: { types: [InvalidPhoneNumberError, NumberNotFoundError] },
    args: {
      input: t.arg({ type: SetConsentInput, required: true, description: 'Who, and what.' }),
    },
    resolve: (_query, _parent, { input }, context) =>
      context.services.consents.set(tenantOf(context), input),
  }),
)
