import { builder } from '../graphql/builder.ts'
import type { Recording } from './derive.ts'

export const CallRecording = builder
  .objectRef<Recording & { callId: string; tenantId: string }>('CallRecording')
  .implement({
    description: 'A recording of what was said in a call.',
    fields: (t) => ({
      id: t.exposeString('id', { description: 'RingCentral’s id of it.' }),
      type: t.exposeString('type', {
        nullable: true,
        description: '`Automatic`, by a rule, or `OnDemand`, at the press of a button.',
      }),
      durationSeconds: t.exposeInt('durationSeconds', { description: 'How long the call took.' }),
      url: t.string({
        description:
          'Where to play or fetch it, good until `urlExpiresAt` and for this recording alone: fit for the `src` of an audio player. It names no token of RingCentral’s.',
        resolve: ({ callId, tenantId, id }, _args, { services }) =>
          services.recordings.addressOf({ tenantId, ownerId: callId, mediaId: id }).url,
      }),
      urlExpiresAt: t.field({
        type: 'DateTime',
        description: 'Until when `url` works, 5 minutes from now. Then ask for a new one.',
        resolve: ({ callId, tenantId, id }, _args, { services }) =>
          services.recordings.addressOf({ tenantId, ownerId: callId, mediaId: id }).expiresAt,
      }),
    }),
  })
