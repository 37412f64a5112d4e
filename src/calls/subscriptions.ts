import type { Call as CallRow } from '../db/generated/client/client.ts'
import { eventType } from '../events/event-type.ts'
import { afterDescription, deliver } from '../events/subscription.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { narrowed, onlyOf } from '../graphql/narrowing.ts'
import { CallFilter, matchesCall, namesInCall, namesWanted } from './filter.ts'
import { readFilter } from './read-filter.ts'
import { Call } from './schema.ts'

const CallEvent = eventType<CallRow>('CallEvent', {
  description: 'Something that happened to a call.',
  subject: 'call',
  type: Call,
})

builder.subscriptionField('callChanged', (t) =>
  t.field({
    type: CallEvent,
    description:
      'Calls as they ring, are picked up, held, missed and end, and once more when the log has them. Live for extensions whose grant covers CallControl; the log alone for the others. Scope `calls:read`.',
    extensions: narrowed,
    authScopes: { scope: 'calls:read' },
    args: {
      after: t.arg.string({ description: afterDescription }),
      filter: t.arg({ type: CallFilter, description: 'Which ones; all if left out.' }),
    },
    subscribe: async (_parent, { after, filter: given }, context) => {
      const tenantId = tenantOf(context)
      const filter = { ...(await readFilter(context.db, tenantId, given)), only: onlyOf(context) }
      return deliver<CallRow>(context.services.feed, {
        tenantId,
        subject: { types: ['call.changed'], namesIn: namesInCall },
        names: namesWanted(filter),
        after,
        ended: context.ended,
        matches: (call) => matchesCall(call, filter),
      })
    },
    resolve: (delivery) => delivery,
  }),
)
