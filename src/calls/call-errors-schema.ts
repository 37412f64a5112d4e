import { builder } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { CallStatus } from './enums.ts'
import {
  CallControlFailedError,
  CallerIdNotAllowedError,
  CallIdempotencyConflictError,
  CallNotFoundError,
  CallNotLiveError,
  TransferTargetNotFoundError,
} from './errors.ts'

const interfaces = [ErrorInterface]

builder.objectType(CallNotFoundError, {
  name: 'CallNotFoundError',
  description: 'There is no such call. Code CALL_NOT_FOUND.',
  interfaces,
})
builder.objectType(CallNotLiveError, {
  name: 'CallNotLiveError',
  description:
    'The call is not, or not any more, what it would have to be: going on (code CALL_NOT_LIVE), picked up (CALL_NOT_ANSWERED), started here and still ringing (CALL_NOT_RINGING).',
  interfaces,
  fields: (t) => ({
    status: t.expose('status', { type: CallStatus, description: 'How far it has come.' }),
  }),
})
builder.objectType(TransferTargetNotFoundError, {
  name: 'TransferTargetNotFoundError',
  description:
    'There is nobody where the call was to be sent; it goes on as it was. Code TRANSFER_TARGET_NOT_FOUND.',
  interfaces,
  fields: (t) => ({
    target: t.exposeString('target', { description: 'The extension, as it was named.' }),
  }),
})
builder.objectType(CallControlFailedError, {
  name: 'CallControlFailedError',
  description:
    'RingCentral refused it, or did not say whether it did it. Code CALL_CONTROL_FAILED.',
  interfaces,
  fields: (t) => ({
    rcCode: t.exposeString('rcCode', {
      nullable: true,
      description: 'RingCentral’s own code, if it told one.',
    }),
  }),
})
builder.objectType(CallerIdNotAllowedError, {
  name: 'CallerIdNotAllowedError',
  description: 'The number may not be shown as the caller. Code CALLER_ID_NOT_ALLOWED.',
  interfaces,
  fields: (t) => ({ callerId: t.exposeString('callerId', { description: 'The number.' }) }),
})
builder.objectType(CallIdempotencyConflictError, {
  name: 'CallIdempotencyConflictError',
  description:
    'The idempotency key belongs to another call; nothing rang. Code IDEMPOTENCY_KEY_MISMATCH.',
  interfaces,
  fields: (t) => ({
    callId: t.exposeID('callId', { description: 'The call that it belongs to.' }),
  }),
})
