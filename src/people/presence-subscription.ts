import {
  afterDescription,
  cursorDescription,
  type Delivery,
  deliver,
  occurredAtDescription,
} from '../events/subscription.ts'
import { Extension } from '../extensions/schema.ts'
import { extensionIdDescription, withRowId } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { Presence } from './presence-schema.ts'
import type { PresenceSnapshot } from './record-presence.ts'

const PresenceEvent = builder.objectRef<Delivery<PresenceSnapshot>>('PresenceEvent').implement({
  description: 'Somebody became free or busy, or changed what they tell.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: cursorDescription }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: occurredAtDescription }),
    extensionId: t.string({
      description: 'Whose, by RingCentral’s id of the extension.',
      resolve: ({ row }) => row.extensionId,
    }),
    presence: t.field({
      type: Presence,
      description: 'The presence as it was right after the event.',
      resolve: ({ row }) => ({ ...row, sequence: null, heardAt: null }),
    }),
    extension: t.prismaField({
      type: Extension,
      nullable: true,
      description: 'Whose, as the extension is now.',
      authScopes: { scope: 'extensions:read' },
      resolve: (query, { row }, _args, context) =>
        context.db.extension.findUnique({
          ...query,
          where: { id: row.extensionRowId, tenantId: tenantOf(context) },
        }),
    }),
  }),
})

const PresenceFilter = builder.inputType('PresenceFilter', {
  description: 'Whose presence.',
  fields: (t) => ({
    extensionId: t.id({ description: `Of this extension, ${extensionIdDescription}.` }),
  }),
})

builder.subscriptionField('presenceChanged', (t) =>
  t.field({
    type: PresenceEvent,
    description: 'Presences as they change: who becomes free or busy. Scope `people:read`.',
    authScopes: { scope: 'people:read' },
    args: {
      after: t.arg.string({ description: afterDescription }),
      filter: t.arg({ type: PresenceFilter, description: 'Whose; everybody’s if left out.' }),
    },
    subscribe: async (_parent, { after, filter: given }, context) => {
      const tenantId = tenantOf(context)
      const filter = await withRowId(context.db, tenantId, given)
      return deliver<PresenceSnapshot>(context.services.feed, {
        tenantId,
        subject: {
          types: ['presence.changed'],
          namesIn: ({ extensionRowId }) => [extensionRowId],
        },
        ...(filter?.extensionId && { names: [filter.extensionId] }),
        after,
        ended: context.ended,
        matches: ({ extensionRowId }) =>
          !filter?.extensionId || extensionRowId === filter.extensionId,
      })
    },
    resolve: (delivery) => delivery,
  }),
)
