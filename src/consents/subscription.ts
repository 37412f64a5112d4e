import type { Consent as ConsentRow } from '../db/generated/client/client.ts'
import { eventType } from '../events/event-type.ts'
import { afterDescription, deliver } from '../events/subscription.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { Consent } from './schema.ts'

const ConsentEvent = eventType<ConsentRow>('ConsentEvent', {
  description: 'Somebody wants texts, or wants no more.',
  subject: 'consent',
  type: Consent,
})

builder.subscriptionField('consentChanged', (t) =>
  t.field({
    type: ConsentEvent,
    description:
      'Who opts out of your texts and back in, however we learn of it, and once more when RingCentral has been told what you set. Scope `consents:read`.',
    authScopes: { scope: 'consents:read' },
    args: { after: t.arg.string({ description: afterDescription }) },
    subscribe: (_parent, { after }, context) =>
      deliver<ConsentRow>(context.services.feed, {
        tenantId: tenantOf(context),
        subject: { types: ['consent.changed'] },
        after,
        ended: context.ended,
      }),
    resolve: (delivery) => delivery,
  }),
)
