import type { Consent as ConsentRow } from '../db/generated/client/client.ts'
import {
  afterDescription,
  cursorDescription,
  type Delivery,
  deliver,
  occurredAtDescription,
} from '../events/subscription.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { Consent } from './schema.ts'

const ConsentEvent = builder.objectRef<Delivery<ConsentRow>>('ConsentEvent').implement({
  description: 'Somebody wants texts, or wants no more.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: cursorDescription }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: occurredAtDescription }),
    consent: t.field({
      type: Consent,
      description: 'The consent as it was right after the event.',
      resolve: (delivery) => delivery.row,
    }),
  }),
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
        types: ['consent.changed'],
        after,
        ended: context.ended,
      }),
    resolve: (delivery) => delivery,
  }),
)
