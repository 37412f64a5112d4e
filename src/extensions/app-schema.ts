import type { ConnectFailure } from '../db/generated/client/client.ts'
import { builder } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { NoRingCentralAppError, RingCentralAppRefusedError } from './app-errors.ts'

/** An app as it is shown: never with its secret. */
export type ShownApp = {
  clientId: string
  serverUrl: string
  redirectUri: string
  isOwn: boolean
  setAt: Date | null
}

export const RingCentralApp = builder.objectRef<ShownApp>('RingCentralApp').implement({
  description: 'The app at RingCentral through which people connect.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'redirectUri' in value,
  fields: (t) => ({
    isOwn: t.exposeBoolean('isOwn', {
      description:
        'Whether it is the tenant’s own, by `setRingCentralApp`; else it is the gateway’s.',
    }),
    clientId: t.string({
      description: 'Its client id, all but the ends masked: `ab12…yz`. The secret is never shown.',
      resolve: ({ clientId }) =>
        clientId.length < 8 ? '…' : `${clientId.slice(0, 4)}…${clientId.slice(-2)}`,
    }),
    serverUrl: t.exposeString('serverUrl', { description: 'RingCentral’s server.' }),
    redirectUri: t.exposeString('redirectUri', {
      description: 'What its registration must name as redirect URI, character by character.',
    }),
    setAt: t.expose('setAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last set; null for the gateway’s.',
    }),
  }),
})

builder.objectType(RingCentralAppRefusedError, {
  name: 'RingCentralAppRefusedError',
  description:
    'RingCentral does not take the credentials of the app; nothing was changed. Code RINGCENTRAL_APP_REFUSED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    rcError: t.exposeString('rcError', {
      nullable: true,
      description:
        'OAuth’s word for it, for example `invalid_client`; null if RingCentral gave none.',
    }),
  }),
})
builder.objectType(NoRingCentralAppError, {
  name: 'NoRingCentralAppError',
  description: 'The tenant has no app of its own. Code NO_RINGCENTRAL_APP.',
  interfaces: [ErrorInterface],
})

export type Problem = { code: ConnectFailure | 'MISSING_SCOPES'; scopes: string[] }

const ConnectionProblemCode = builder.enumType('ConnectionProblemCode', {
  description: 'What is missing of the connection.',
  values: {
    NO_REFRESH_TOKEN: {
      description:
        'Nobody can connect: the app’s registration does not say “Issue refresh tokens”. Seen at the last attempt.',
    },
    APP_REFUSED: {
      description:
        'Nobody can connect: RingCentral does not take the app’s id and secret any more. Seen at the last attempt.',
    },
    MISSING_SCOPES: {
      description:
        'Grants came with fewer scopes than what is switched on needs. Add them to the app’s registration, then the people connect again.',
    },
  } as const,
})

export const ConnectionProblem = builder.objectRef<Problem>('ConnectionProblem').implement({
  description: 'Something that keeps people from connecting, or what they connected from working.',
  fields: (t) => ({
    code: t.expose('code', { type: ConnectionProblemCode, description: 'What it is.' }),
    scopes: t.exposeStringList('scopes', {
      description:
        'With MISSING_SCOPES, RingCentral’s scopes that at least one grant lacks; else empty.',
    }),
  }),
})
