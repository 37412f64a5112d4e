import type { Extension as ExtensionRow } from '../db/generated/client/client.ts'
import { eventType } from '../events/event-type.ts'
import { afterDescription, deliver } from '../events/subscription.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { narrowed, onlyOf } from '../graphql/narrowing.ts'
import { Extension } from './schema.ts'
import { isExtensionWithin } from './within.ts'

const ExtensionEvent = eventType<ExtensionRow>('ExtensionEvent', {
  description: 'Something that happened to an extension.',
  subject: 'extension',
  type: Extension,
})

builder.subscriptionField('extensionChanged', (t) =>
  t.field({
    type: ExtensionEvent,
    description:
      'Extensions as they connect, change, lose their grant or are disconnected. Scope `extensions:read`.',
    extensions: narrowed,
    authScopes: { scope: 'extensions:read' },
    args: { after: t.arg.string({ description: afterDescription }) },
    subscribe: (_parent, { after }, context) => {
      const only = onlyOf(context)
      return deliver<ExtensionRow>(context.services.feed, {
        tenantId: tenantOf(context),
        subject: { types: ['extension.changed'], namesIn: ({ id }) => [id] },
        names: only?.extensionIds,
        after,
        ended: context.ended,
        matches: (extension) => !only || isExtensionWithin(extension, only),
      })
    },
    resolve: (delivery) => delivery,
  }),
)
