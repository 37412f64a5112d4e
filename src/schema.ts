import type { GraphQLSchema } from 'graphql'
import { builder } from './graphql/builder.ts'
import { describeTotalCounts } from './graphql/pagination.ts'
import './graphql/scalars.ts'
import './graphql/error-types.ts'
import './tenants/schema.ts'
import './tenants/mutations.ts'
import './tenants/settings-schema.ts'
import './numbers/schema.ts'
import './extensions/schema.ts'
import './extensions/inbound-health.ts'
import './extensions/capabilities-schema.ts'
import './extensions/mutations.ts'
import './extensions/detail-mutations.ts'
import './extensions/subscriptions.ts'
import './consents/schema.ts'
import './consents/mutations.ts'
import './consents/subscription.ts'
import './messages/schema.ts'
import './messages/party-schema.ts'
import './messages/mutations.ts'
import './messages/internal-mutation.ts'
import './messages/later-mutations.ts'
import './messages/reconcile-mutations.ts'
import './messages/subscriptions.ts'
import './calls/schema.ts'
import './calls/queries.ts'
import './calls/subscriptions.ts'
import './calls/mutations.ts'
import './calls/control-mutations.ts'
import './people/directory-schema.ts'
import './people/mapping-schema.ts'
import './people/mapping-mutations.ts'
import './people/suggestion-schema.ts'
import './people/presence-schema.ts'
import './people/presence-subscription.ts'
import './people/presence-mutations.ts'
import './people/contact-schema.ts'
import './people/contact-mutations.ts'

builder.queryType({ description: 'What can be asked.' })
builder.mutationType({
  description: 'What can be done. Every result is the thing, or a typed error.',
})
builder.subscriptionType({
  description:
    'What can be heard live, over WebSocket (graphql-transport-ws) or SSE. Each reads the tenant’s event log: nothing is skipped in silence.',
})

/** The whole API. `npm run schema` prints it to schema.graphql. */
export const schema: GraphQLSchema = describeTotalCounts(builder.toSchema())
