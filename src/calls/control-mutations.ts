import { NotConnectedError } from '../extensions/errors.ts'
import { GrantLacksScopeError } from '../extensions/ringcentral-refusals.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { InvalidInputError, RateLimitedError } from '../lib/errors.ts'
import { InvalidPhoneNumberError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import type { TransferTarget } from '../ringcentral/telephony.ts'
import { FeatureDisabledError } from '../tenants/errors.ts'
import {
  CallControlFailedError,
  CallNotFoundError,
  CallNotLiveError,
  TransferTargetNotFoundError,
} from './errors.ts'
import { Call } from './schema.ts'

const mayControl = { scope: 'calls:control' }
const refusals = [
  CallNotFoundError,
  CallNotLiveError,
  NotConnectedError,
  GrantLacksScopeError,
  FeatureDisabledError,
  CallControlFailedError,
  RateLimitedError,
]
const seen =
  'Answers the call as it is right then; `callChanged` tells what becomes of it. Scope `calls:control`.'
const callIdDescription = 'The call, `call_…`.'

const actions = {
  hangUp: 'Ends a call that goes on, for everybody.',
  hold: 'Puts the other side of a call on hold.',
  unhold: 'Ends the hold.',
  mute: 'Mutes your side of a call: the other hears it no more.',
  unmute: 'Ends the muting.',
} as const

for (const [name, what] of Object.entries(actions) as [keyof typeof actions, string][]) {
  const input = builder.inputType(`${name[0]?.toUpperCase()}${name.slice(1)}Input`, {
    description: 'Which call.',
    fields: (t) => ({ callId: t.id({ required: true, description: callIdDescription }) }),
  })
  builder.mutationField(name, (t) =>
    t.prismaField({
      type: Call,
      description: `${what} ${seen}`,
      authScopes: mayControl,
      errors: { types: refusals },
      args: { input: t.arg({ type: input, required: true, description: 'Which call.' }) },
      resolve: (_query, _parent, args, context) =>
        context.services.callControl[name](tenantOf(context), String(args.input.callId)),
    }),
  )
}

const TransferCallInput = builder.inputType('TransferCallInput', {
  description: 'Where a call shall go on. Exactly one of the three targets.',
  fields: (t) => ({
    callId: t.id({ required: true, description: callIdDescription }),
    phoneNumber: t.string({ description: 'With this number, in E.164.' }),
    extensionNumber: t.string({ description: 'With the colleague of this short number.' }),
    voicemailExtensionId: t.string({
      description: 'In the mailbox of the extension with this id of RingCentral’s.',
    }),
  }),
})

builder.mutationField('transferCall', (t) =>
  t.prismaField({
    type: Call,
    description: `Sends the other side of a call on to somebody else, without asking there first. Neither the other side nor whose call it is can be the target. ${seen}`,
    authScopes: mayControl,
    errors: { types: [...refusals, InvalidPhoneNumberError, TransferTargetNotFoundError] },
    args: {
      input: t.arg({ type: TransferCallInput, required: true, description: 'Which, and where.' }),
    },
    resolve: (_query, _parent, { input }, context) =>
      context.services.callControl.transfer(tenantOf(context), input.callId, targetOf(input)),
  }),
)

function targetOf({
  phoneNumber,
  extensionNumber,
  voicemailExtensionId,
}: typeof TransferCallInput.$inferInput): TransferTarget {
  const given = [phoneNumber, extensionNumber, voicemailExtensionId].filter(Boolean)
  if (given.length !== 1) {
    throw new InvalidInputError(
      'phoneNumber',
      'Give exactly one of `phoneNumber`, `extensionNumber` and `voicemailExtensionId`.',
    )
  }
  if (phoneNumber) return { phoneNumber: parsePhoneNumber(phoneNumber) }
  if (extensionNumber) return { extensionNumber }
  return { voicemail: voicemailExtensionId ?? '' }
}
