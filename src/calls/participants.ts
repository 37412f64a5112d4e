import { connectedExtension } from '../extensions/connected-extension.ts'
import { Extension } from '../extensions/schema.ts'
import { builder } from '../graphql/builder.ts'
import type { Participant } from './derive.ts'
import { CallDirection, CallResult, CallStatus } from './enums.ts'
import type { Who } from './facts.ts'
import type { Leg } from './legs.ts'
import { type InLogOf, nameDescription, nameOfParty } from './name-of-party.ts'

const rcExtensionId = 'RingCentral’s id of the extension; null for somebody outside of the company.'
const connectedOne = 'The extension, if it is one that is connected.'
const date = (iso: string | null) => (iso === null ? null : new Date(iso))

export const CallParty = builder.objectRef<Who & InLogOf>('CallParty').implement({
  description: 'One end of a call.',
  fields: (t) => ({
    number: t.exposeString('number', {
      nullable: true,
      description: 'The number in E.164, or the short number of a colleague; null if withheld.',
    }),
    name: t.string({
      nullable: true,
      description: nameDescription,
      resolve: (party, _args, context) => nameOfParty(party, context),
    }),
    extensionId: t.exposeString('extensionId', { nullable: true, description: rcExtensionId }),
    extension: t.field({
      type: Extension,
      nullable: true,
      description: connectedOne,
      resolve: ({ extensionId }, _args, context) => connectedExtension(context, extensionId),
    }),
  }),
})

export const CallParticipant = builder
  .objectRef<Participant & InLogOf>('CallParticipant')
  .implement({
    description:
      'A part that your company takes in a call: RingCentral tells of nobody else. A click to call has two for who clicked, the phone that rings first and the call to the other side.',
    fields: (t) => ({
      partyId: t.exposeString('id', { description: 'RingCentral’s id of the party.' }),
      direction: t.expose('direction', {
        type: CallDirection,
        description: 'As it sees the call.',
      }),
      status: t.expose('status', { type: CallStatus, description: 'How far it has come here.' }),
      result: t.expose('result', {
        type: CallResult,
        nullable: true,
        description: 'How it ended here; null while it goes on.',
      }),
      isMuted: t.exposeBoolean('isMuted', {
        description: 'Whether it is not heard by the others.',
      }),
      number: t.exposeString('number', { nullable: true, description: 'Its number.' }),
      name: t.string({
        nullable: true,
        description: nameDescription,
        resolve: (party, _args, context) => nameOfParty(party, context),
      }),
      extensionId: t.exposeString('extensionId', { nullable: true, description: rcExtensionId }),
      extension: t.field({
        type: Extension,
        nullable: true,
        description: connectedOne,
        resolve: ({ extensionId }, _args, context) => connectedExtension(context, extensionId),
      }),
      startedAt: t.field({
        type: 'DateTime',
        description: 'When it began here.',
        resolve: ({ startedAt }) => new Date(startedAt),
      }),
      answeredAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it was picked up here; null if it was not, or nobody told.',
        resolve: ({ answeredAt }) => date(answeredAt),
      }),
      endedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it ended here; null while it goes on.',
        resolve: ({ endedAt }) => date(endedAt),
      }),
    }),
  })

export const CallLeg = builder.objectRef<Leg & InLogOf>('CallLeg').implement({
  description: 'A leg of a call, as RingCentral’s log splits it.',
  fields: (t) => ({
    legType: t.exposeString('legType', {
      nullable: true,
      description: 'RingCentral’s word, for example `Accept`, `RingOutClientToCaller`.',
    }),
    direction: t.expose('direction', { type: CallDirection, description: 'Which way it went.' }),
    from: t.field({
      type: CallParty,
      description: 'Who called.',
      resolve: ({ from, extensionRowId }) => ({ ...from, extensionRowId }),
    }),
    to: t.field({
      type: CallParty,
      description: 'Who was called.',
      resolve: ({ to, extensionRowId }) => ({ ...to, extensionRowId }),
    }),
    startedAt: t.field({
      type: 'DateTime',
      description: 'When it began.',
      resolve: ({ startedAt }) => new Date(startedAt),
    }),
    durationSeconds: t.exposeInt('durationSeconds', { description: 'How long it took.' }),
    rcResult: t.exposeString('rcResult', {
      nullable: true,
      description: 'RingCentral’s word for how it ended.',
    }),
  }),
})
