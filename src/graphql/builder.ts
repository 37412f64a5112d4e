import SchemaBuilder from '@pothos/core'
import ErrorsPlugin from '@pothos/plugin-errors'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import ValidationPlugin from '@pothos/plugin-validation'
import type PrismaTypes from '../db/generated/pothos-types.ts'
import { getDatamodel } from '../db/generated/pothos-types.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { kindOfId } from '../lib/ids.ts'
import './check-page.ts'
import type { Context, Viewer } from './context.ts'
import { topLevelError } from './errors.ts'
import { narrowed } from './narrowing.ts'
import { pageDescriptions } from './pagination.ts'

export type TenantViewer = Extract<Viewer, { kind: 'tenant' }>

/** What can be asked for by its id alone. */
const nodeKinds = [
  'Message',
  'MessageBatch',
  'Conversation',
  'Call',
  'Extension',
  'PhoneNumber',
] as const

/**
 * The schema's builder, without any type: each feature registers its own nouns on it, and
 * `src/schema.ts` imports the features and builds.
 */
export const builder = new SchemaBuilder<{
  Context: Context
  PrismaTypes: PrismaTypes
  DefaultFieldNullability: false
  AuthScopes: { operator: boolean; scope: string }
  AuthContexts: { scope: Context & { viewer: TenantViewer } }
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: Date; Output: Date }
  }
}>({
  // Pages come after the scopes: who may not read a list learns nothing about its cursors.
  plugins: [
    ErrorsPlugin,
    ScopeAuthPlugin,
    'narrowing',
    'pages',
    ValidationPlugin,
    RelayPlugin,
    PrismaPlugin,
  ],
  defaultFieldNullability: false,
  prisma: {
    client: (context) => context.db,
    dmmf: getDatamodel(),
    exposeDescriptions: { fields: true, models: true },
    filterConnectionTotalCount: true,
    onUnusedQuery: null,
  },
  relay: {
    // Our ids carry their type in a prefix, so they need no encoding to be global.
    encodeGlobalID: (_typename, id) => String(id),
    // What is no id of a node is looked for like one, and not found.
    decodeGlobalID: (id) => ({
      typename: nodeKinds.find((kind) => kind === kindOfId(id)) ?? 'Message',
      id,
    }),
    nodesOnConnection: { description: 'The things themselves, without their cursors.' },
    nodesQueryOptions: false,
    nodeQueryOptions: {
      extensions: narrowed,
      description:
        'A message, a batch of them, a conversation, a call, an extension or a phone number, by its id. Null when there is no such thing, or it is not yours; also for ids of anything else (contacts, people in the directory and user mappings are read from their lists).',
      authScopes: (_parent, _args, context) => context.viewer.kind === 'tenant',
      args: { id: { description: 'Its id, for example `msg_…`.' } },
    },
    nodeTypeOptions: { description: 'What `node` can be asked for by its id.' },
    idFieldOptions: { description: 'A type prefix and a part that is unique: `msg_…`, `ext_…`.' },
    ...pageDescriptions,
  },
  errors: {
    directResult: true,
    defaultTypes: [InvalidInputError],
    defaultUnionOptions: {
      description: 'The outcome: the thing, or a typed error that tells why there is none.',
      name: ({ fieldName }) => `${fieldName[0]?.toUpperCase()}${fieldName.slice(1)}Result`,
    },
  },
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: ({ viewer }) => ({
      operator: viewer.kind === 'operator',
      scope: (scope: string) => viewer.kind === 'tenant' && viewer.scopes.includes(scope),
    }),
    unauthorizedError: (_parent, context, info, result) => {
      const needed = neededScope(result.failure)
      if (context.viewer.kind === 'operator') {
        return topLevelError(
          'FORBIDDEN',
          `${info.fieldName} belongs to a tenant: ask with one of its API keys, not the operator key.`,
        )
      }
      return needed
        ? lacksScope(context.viewer, needed)
        : topLevelError('FORBIDDEN', `${info.fieldName} is for the operator of this gateway.`)
    },
  },
})

/** The scope whose absence made the check fail, wherever it stands in the failure's tree. */
function neededScope(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined
  const node = failure as { scope?: unknown; parameter?: unknown; failures?: unknown[] }
  if (node.scope === 'scope' && typeof node.parameter === 'string') return node.parameter
  for (const inner of node.failures ?? []) {
    const found = neededScope(inner)
    if (found) return found
  }
  return undefined
}

/** Who asks for a tenant. Only for fields whose `authScopes` have let nobody but tenants in. */
export function tenantViewer({ viewer }: Context): TenantViewer {
  if (viewer.kind === 'tenant') return viewer
  throw topLevelError('FORBIDDEN', 'This field belongs to a tenant.')
}

/** The tenant that asks, for the same fields. */
export function tenantOf(context: Context): string {
  return tenantViewer(context).tenantId
}

/** The same, for things reached by their id alone: refuses who lacks `scope`. */
export function tenantWith(context: Context, scope: string): string {
  const viewer = tenantViewer(context)
  if (viewer.scopes.includes(scope)) return viewer.tenantId
  throw lacksScope(viewer, scope)
}

function lacksScope({ clientToken }: TenantViewer, scope: string) {
  const credential = clientToken ? 'client token' : 'API key'
  return topLevelError('FORBIDDEN', `This ${credential} lacks the scope ${scope}.`, { scope })
}
