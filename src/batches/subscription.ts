import type { MessageBatch as BatchRow } from '../db/generated/client/client.ts'
import { eventType } from '../events/event-type.ts'
import { afterDescription, deliver } from '../events/subscription.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { MessageBatch } from './schema.ts'

const BatchEvent = eventType<BatchRow>('MessageBatchEvent', {
  description: 'Something that happened to a batch.',
  subject: 'batch',
  type: MessageBatch,
})

builder.subscriptionField('messageBatchChanged', (t) =>
  t.field({
    type: BatchEvent,
    description:
      'Batches as they are accepted, go on (every two seconds while something moves), are paused, resumed, canceled and completed. Scope `messages:read`.',
    authScopes: { scope: 'messages:read' },
    args: {
      after: t.arg.string({ description: afterDescription }),
      batchId: t.arg.id({ description: 'Of this batch; of all if left out.' }),
    },
    subscribe: (_parent, { after, batchId }, context) =>
      deliver<BatchRow>(context.services.feed, {
        tenantId: tenantOf(context),
        subject: { types: ['batch.changed'], namesIn: ({ id }) => [id] },
        after,
        ended: context.ended,
        ...(batchId != null && { names: [batchId] }),
        matches: (batch) => batchId == null || batch.id === batchId,
      }),
    resolve: (delivery) => delivery,
  }),
)
