import {
  ExtensionNotFoundError,
  ExtensionRevokedError,
  NotConnectedError,
  UserNotMappedError,
} from '../extensions/errors.ts'
import { GrantLacksScopeError } from '../extensions/ringcentral-refusals.ts'
import { extensionIdDescription } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { RateLimitedError } from '../lib/errors.ts'
import { InvalidPhoneNumberError, NumberNotFoundError } from '../numbers/errors.ts'
import { FeatureDisabledError } from '../tenants/errors.ts'
import './call-errors-schema.ts'
import {
  CallControlFailedError,
  CallerIdNotAllowedError,
  CallIdempotencyConflictError,
  CallNotFoundError,
  CallNotLiveError,
} from './errors.ts'
import { Call } from './schema.ts'

const mayStart = { scope: 'calls:start' }

const StartCallInput = builder.inputType('StartCallInput', {
  description: 'A call to start.',
  fields: (t) => ({
    from: t.string({
      description:
        'The phone that rings first, in E.164. Alone, one of `phoneNumbers`: the extension that owns it calls. Beside `userId` or `extensionId`, any phone that can be called, for example the agent’s mobile; left out there: the extension’s own number, its direct one before others.',
    }),
    userId: t.string({
      description:
        'Who calls, as a user of your application: the extension that they are mapped to.',
    }),
    extensionId: t.id({
      description: `Who calls, as an extension, ${extensionIdDescription}. Also for extensions without a number that texts. One of \`from\`, \`userId\` and \`extensionId\` must be there, and not both of the last two.`,
    }),
    to: t.string({
      required: true,
      description: 'The number that rings once `from` has been picked up, in E.164.',
    }),
    callerId: t.string({
      description:
        'The number that `to` sees, in E.164: one of the company’s with the feature `CallerId`. Left out: the company’s own.',
    }),
    playPrompt: t.boolean({
      description:
        'Whether who picks up `from` has to press 1 before `to` rings. RingCentral asks for it when left out.',
    }),
    idempotencyKey: t.string({
      description:
        'Your own key for this call, for example a UUID of the click. The same key with the same input answers the same call and rings once, so a request whose answer got lost can be repeated. 1 to 255 printable ASCII characters.',
    }),
  }),
})

builder.mutationField('startCall', (t) =>
  t.prismaField({
    type: Call,
    description:
      'Takes a call to be started and answers at once: RingCentral rings `from`, and `to` once that has been picked up; `callChanged` tells how it goes on. A call that cannot be asked for within 30 seconds is FAILED; one whose asking was never answered is UNCONFIRMED and never rings again by itself. Scope `calls:start`.',
    authScopes: mayStart,
    errors: {
      types: [
        InvalidPhoneNumberError,
        NumberNotFoundError,
        NotConnectedError,
        ExtensionNotFoundError,
        ExtensionRevokedError,
        UserNotMappedError,
        GrantLacksScopeError,
        FeatureDisabledError,
        CallerIdNotAllowedError,
        CallIdempotencyConflictError,
        RateLimitedError,
      ],
    },
    args: {
      input: t.arg({ type: StartCallInput, required: true, description: 'Who calls whom.' }),
    },
    resolve: (_query, _parent, { input }, context) =>
      context.services.acceptCall(tenantOf(context), input),
  }),
)

const CancelCallInput = builder.inputType('CancelCallInput', {
  description: 'A call to take back.',
  fields: (t) => ({ callId: t.id({ required: true, description: 'The call, `call_…`.' }) }),
})

builder.mutationField('cancelCall', (t) =>
  t.prismaField({
    type: Call,
    description:
      'Takes back a call of `startCall` while it rings: nothing rings any more, as far as RingCentral can still stop it. Answers the call as it is right then; `callChanged` tells its end. Canceling again answers the same. Scope `calls:start`.',
    authScopes: mayStart,
    errors: {
      types: [
        CallNotFoundError,
        CallNotLiveError,
        NotConnectedError,
        CallControlFailedError,
        RateLimitedError,
      ],
    },
    args: { input: t.arg({ type: CancelCallInput, required: true, description: 'Which.' }) },
    resolve: (_query, _parent, { input }, context) =>
      context.services.callControl.cancel(tenantOf(context), input.callId),
  }),
)
