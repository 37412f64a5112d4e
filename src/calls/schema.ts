import type { Call as CallRow } from '../db/generated/client/client.ts'
import { builder, tenantWith } from '../graphql/builder.ts'
import { rowsWithin, within } from '../graphql/narrowing.ts'
import type { Participant, Recording } from './derive.ts'
import { CallDirection, CallResult, CallStatus } from './enums.ts'
import type { Leg } from './legs.ts'
import { CallLeg, CallParticipant, CallParty } from './participants.ts'
import { CallRecording } from './recording-schema.ts'
import { isCallWithin, whereCallWithin } from './within.ts'

/** One that RingCentral never let ring comes into no log. */
function isProvisional({ status, rcCallId, sessionKey, ringOutId }: CallRow): boolean {
  if (status === 'FAILED') return false
  if (status !== 'ENDED') return true
  return rcCallId === null && (sessionKey !== null || ringOutId !== null)
}

export const Call = builder.prismaNode('Call', {
  nullable: true,
  description:
    'One call, live or long over: all that RingCentral tells of one telephony session, whoever took part.',
  extensions: rowsWithin(isCallWithin),
  id: { field: 'id', description: 'For example `call_…`.' },
  findUnique: (id, context) => ({
    id,
    tenantId: tenantWith(context, 'calls:read'),
    AND: within(context, whereCallWithin),
  }),
  fields: (t) => ({
    direction: t.expose('direction', { type: CallDirection, description: 'Which way it went.' }),
    status: t.expose('status', { type: CallStatus, description: 'How far it has come.' }),
    type: t.exposeString('type'),
    action: t.exposeString('action', { nullable: true }),
    result: t.expose('result', {
      type: CallResult,
      nullable: true,
      description: 'How it ended; null while it goes on, and until RingCentral tells.',
    }),
    rcResult: t.exposeString('rcResult', { nullable: true }),
    isMissed: t.exposeBoolean('isMissed'),
    isProvisional: t.boolean({
      description:
        'Whether RingCentral’s log may still tell more, or otherwise: `result`, `durationSeconds`, `legs` and `recordings` are final once this is false, some 30 seconds after the end.',
      resolve: isProvisional,
    }),
    durationSeconds: t.exposeInt('durationSeconds', { nullable: true }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    answeredAt: t.expose('answeredAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it was picked up; null if it was not, or was not heard of live: the log does not tell.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it ended, or when that was noticed, if RingCentral did not tell; null while it goes on.',
    }),
    from: t.field({
      type: CallParty,
      description: 'Who called.',
      resolve: ({ fromNumber, fromName, fromExtensionId, extensionRowId }) => ({
        number: fromNumber,
        name: fromName,
        extensionId: fromExtensionId,
        extensionRowId,
      }),
    }),
    to: t.field({
      type: CallParty,
      description: 'Who was called.',
      resolve: ({ toNumber, toName, toExtensionId, extensionRowId }) => ({
        number: toNumber,
        name: toName,
        extensionId: toExtensionId,
        extensionRowId,
      }),
    }),
    parties: t.field({
      type: [CallParticipant],
      description: 'The parts that your company takes in it, the first ones first.',
      resolve: ({ parties, extensionRowId }) =>
        (parties as Participant[]).map((party) => ({ ...party, extensionRowId })),
    }),
    legs: t.field({
      type: [CallLeg],
      description: 'As RingCentral’s log splits it; empty until it is there.',
      resolve: ({ legs, extensionRowId }) =>
        (legs as unknown as Leg[]).map((leg) => ({ ...leg, extensionRowId })),
    }),
    recordings: t.field({
      type: [CallRecording],
      description: 'What was recorded of it; there once it is in the log.',
      resolve: ({ id, tenantId, recordings }) =>
        (recordings as Recording[]).map((recording) => ({ ...recording, callId: id, tenantId })),
    }),
    rcCallId: t.exposeString('rcCallId', { nullable: true }),
    telephonySessionId: t.exposeString('telephonySessionId', { nullable: true }),
    asOf: t.expose('heardAt', {
      type: 'DateTime',
      description: 'When RingCentral last told anything about it.',
    }),
    errorCode: t.exposeString('errorCode', { nullable: true }),
    errorMessage: t.exposeString('errorMessage', { nullable: true }),
    extension: t.relation('extension', {
      nullable: true,
      description: 'Whose call it is; null when only colleagues took part who are not connected.',
    }),
  }),
})
