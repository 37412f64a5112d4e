import { Extension } from '../extensions/schema.ts'
import { createBatch } from '../graphql/batch.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'

export const Availability = builder.enumType('Availability', {
  description: 'Whether somebody is free.',
  values: {
    AVAILABLE: { description: 'Free.' },
    BUSY: { description: 'On the phone, not to be disturbed, or set to busy.' },
    OFFLINE: { description: 'Not there, or hidden.' },
  } as const,
})

const TelephonyStatus = builder.enumType('TelephonyStatus', {
  description: 'What somebody’s phone does.',
  values: {
    NO_CALL: { description: 'Nothing.' },
    RINGING: { description: 'It rings.' },
    CALL_CONNECTED: { description: 'In a call.' },
    ON_HOLD: { description: 'A call is on hold.' },
    PARKED: { description: 'A call is parked.' },
  } as const,
})

export const DoNotDisturb = builder.enumType('DoNotDisturb', {
  description: 'Which calls somebody does not take.',
  values: {
    OFF: { description: 'Takes all calls.' },
    ALL: { description: 'Takes no calls.' },
    QUEUES: { description: 'Takes no calls of call queues.' },
    ALL_BUT_QUEUES: { description: 'Takes calls of call queues only.' },
  } as const,
})

export const Presence = builder.prismaObject('Presence', {
  description: 'Whether somebody is free, as RingCentral last told.',
  fields: (t) => ({
    availability: t.expose('availability', {
      type: Availability,
      description: 'All taken together: what a wallboard shows.',
    }),
    userStatus: t.expose('userStatus', {
      type: Availability,
      nullable: true,
      description: 'What the person has set; null if RingCentral does not tell.',
    }),
    telephonyStatus: t.expose('telephonyStatus', {
      type: TelephonyStatus,
      nullable: true,
      description: 'What the phone does; null if RingCentral does not tell.',
    }),
    doNotDisturb: t.expose('doNotDisturb', {
      type: DoNotDisturb,
      nullable: true,
      description: 'Which calls are not taken; null if RingCentral does not tell.',
    }),
    statusMessage: t.exposeString('message', {
      nullable: true,
      description: 'What the person tells everybody; null if that is nothing, or not known.',
    }),
    asOf: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'As of when: when RingCentral last told of it, or was asked.',
    }),
  }),
})

const presenceOf = createBatch((context: Context, ids: readonly string[]) =>
  context.services.presences.of(ids),
)

builder.objectField(Extension, 'presence', (t) =>
  t.field({
    type: Presence,
    nullable: true,
    description:
      'Whether its user is free. RingCentral tells of changes; what is older than three minutes is read again, within its limits. Null when nothing is known, for example because the grant lacks RingCentral’s scope ReadPresence. Scope `people:read`.',
    authScopes: { scope: 'people:read' },
    resolve: ({ id, tenantId }, _args, context) =>
      tenantId === tenantOf(context) ? presenceOf(context, id) : null,
  }),
)
