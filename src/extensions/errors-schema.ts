import { builder } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import {
  ExtensionAlreadyMappedError,
  ExtensionNotFoundError,
  ExtensionRevokedError,
  NotConnectedError,
  UserAlreadyMappedError,
  UserNotMappedError,
} from './errors.ts'
import {
  GrantLacksScopeError,
  RefusedByRingCentralError,
  RingCentralUnreachableError,
} from './ringcentral-refusals.ts'

builder.objectType(NotConnectedError, {
  name: 'NotConnectedError',
  description: 'The tenant has no connected extension. Code NOT_CONNECTED.',
  interfaces: [ErrorInterface],
})
builder.objectType(ExtensionNotFoundError, {
  name: 'ExtensionNotFoundError',
  description: 'There is no such extension. Code EXTENSION_NOT_FOUND.',
  interfaces: [ErrorInterface],
})
builder.objectType(ExtensionRevokedError, {
  name: 'ExtensionRevokedError',
  description:
    'The grant of the extension has ended; its user must connect again. Code EXTENSION_REVOKED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    extensionId: t.exposeString('extensionId', { description: 'RingCentral’s id of it.' }),
  }),
})

builder.objectType(UserAlreadyMappedError, {
  name: 'UserAlreadyMappedError',
  description: 'The user is mapped to another extension. Code USER_ALREADY_MAPPED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    userId: t.exposeString('userId', { description: 'The user.' }),
    extensionId: t.exposeString('extensionId', {
      description: 'RingCentral’s id of the extension that the user is mapped to.',
    }),
  }),
})
builder.objectType(ExtensionAlreadyMappedError, {
  name: 'ExtensionAlreadyMappedError',
  description: 'The extension is mapped to another user. Code EXTENSION_ALREADY_MAPPED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    userId: t.exposeString('userId', { description: 'The user that it is mapped to.' }),
    extensionId: t.exposeString('extensionId', {
      description: 'RingCentral’s id of the extension.',
    }),
  }),
})
builder.objectType(UserNotMappedError, {
  name: 'UserNotMappedError',
  description: 'The user is mapped to no extension. Code USER_NOT_MAPPED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ userId: t.exposeString('userId', { description: 'The user.' }) }),
})

builder.objectType(GrantLacksScopeError, {
  name: 'GrantLacksScopeError',
  description: 'The grant of the extension does not cover it. Code GRANT_LACKS_SCOPE.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    scope: t.exposeString('scope', { description: 'RingCentral’s scope that is missing.' }),
  }),
})
builder.objectType(RefusedByRingCentralError, {
  name: 'RefusedByRingCentralError',
  description: 'RingCentral said no. Code REFUSED_BY_RINGCENTRAL.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    rcCode: t.exposeString('rcCode', {
      nullable: true,
      description: 'RingCentral’s own code; null if it gave none.',
    }),
  }),
})
builder.objectType(RingCentralUnreachableError, {
  name: 'RingCentralUnreachableError',
  description: 'RingCentral did not answer. Code RINGCENTRAL_UNREACHABLE.',
  interfaces: [ErrorInterface],
})
