import type { Extension as ExtensionRow } from '../db/generated/client/client.ts'
import {
  afterDescription,
  cursorDescription,
  type Delivery,
  deliver,
  occurredAtDescription,
} from '../events/subscription.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { Extension } from './schema.ts'

const ExtensionEvent = builder.objectRef<Delivery<ExtensionRow>>('ExtensionEvent').implement({
  description: 'Something that happened to an extension.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: cursorDescription }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: occurredAtDescription }),
    extension: t.field({
      type: Extension,
      description: 'The extension as it was right after the event.',
      resolve: (delivery) => delivery.row,
    }),
  }),
})

builder.subscriptionField('extensionChanged', (t) =>
  t.field({
    type: ExtensionEvent,
    description:
      'Extensions as they connect, change, lose their grant or are disconnected. Scope `extensions:read`.',
    authScopes: { scope: 'extensions:read' },
    args: { after: t.arg.string({ description: afterDescription }) },
    subscribe: (_parent, { after }, context) =>
      deliver<ExtensionRow>(context.services.feed, {
        tenantId: tenantOf(context),
        types: ['extension.changed'],
        after,
        ended: context.ended,
      }),
    resolve: (delivery) => delivery,
  }),
)
