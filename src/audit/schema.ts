import { builder } from '../graphql/builder.ts'
import type { Viewer } from '../graphql/context.ts'
import { pageSize } from '../graphql/pagination.ts'
import { type AuditAction as Action, auditActions } from './actions.ts'
import type { Deed } from './record-audit.ts'

const AuditAction = builder.enumType('AuditAction', {
  description: 'What was done.',
  values: Object.fromEntries(
    Object.entries(auditActions).map(([action, description]) => [action, { description }]),
  ) as Record<Action, { description: string }>,
})

const AuditActor = builder.enumType('AuditActor', {
  description: 'Who did it.',
  values: {
    OPERATOR: { description: 'Who runs the gateway, with the operator key.' },
    API_KEY: { description: 'One of your API keys.' },
    CLIENT_TOKEN: { description: 'A client token that one of your API keys has made.' },
    PERSON: { description: 'Somebody at the connect pages, who has no key.' },
    GATEWAY: { description: 'The gateway by itself, for example when a grant has ended.' },
  } as const,
})

const AuditDetail = builder.objectRef<{ name: string; value: string }>('AuditDetail').implement({
  description: 'One more fact about what was done.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of what, for example `scopes`.' }),
    value: t.exposeString('value', {
      description: 'As text; of several, with commas between them. Empty: there is none.',
    }),
  }),
})

const AuditEntry = builder.prismaObject('AuditEntry', {
  description:
    'One deed with keys, grants, settings or a tenant as a whole. Written together with it, and never changed.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `aud_…`.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was done.' }),
    action: t.field({
      type: AuditAction,
      description: 'What was done.',
      resolve: ({ action }) => action as Action,
    }),
    actor: t.expose('actor', { type: AuditActor, description: 'Who did it.' }),
    actorId: t.exposeID('actorId', { nullable: true }),
    tenantId: t.exposeID('tenantId', {
      nullable: true,
      description: 'The tenant that it concerns; null for what concerns the gateway as a whole.',
    }),
    subjectId: t.exposeID('subjectId', { nullable: true }),
    address: t.string({
      nullable: true,
      description:
        'The IP address that the request came from: for API_KEY mostly your own server’s, for CLIENT_TOKEN and PERSON the browser’s; behind a proxy the proxy’s, unless the gateway was told of it (`TRUST_PROXY`). Null for what the gateway did by itself, and for what the operator did, whose address the operator alone reads.',
      resolve: ({ actor, address }, _args, { viewer }) =>
        actor === 'OPERATOR' && viewer.kind !== 'operator' ? null : address,
    }),
    requestId: t.exposeString('requestId', { nullable: true }),
    details: t.field({
      type: [AuditDetail],
      description: 'What else there is to know: never a secret, and nothing of what people write.',
      resolve: ({ details }) =>
        Object.entries((details ?? {}) as NonNullable<Deed['details']>).map(([name, value]) => ({
          name,
          value: Array.isArray(value) ? value.join(', ') : String(value ?? ''),
        })),
    }),
  }),
})

const AuditFilter = builder.inputType('AuditFilter', {
  description: 'Which entries. Everything given must hold.',
  fields: (t) => ({
    tenantId: t.id({ description: 'Of this tenant; a tenant’s own key finds its own only.' }),
    actions: t.field({ type: [AuditAction], description: 'Where one of these things was done.' }),
    subjectId: t.id({ description: 'What was done to this key, link, extension and so on.' }),
  }),
})

function whereSeen(viewer: Viewer, filter: typeof AuditFilter.$inferInput | null | undefined) {
  const { tenantId, actions, subjectId } = filter ?? {}
  return {
    AND: [
      viewer.kind === 'operator' ? {} : { tenantId: viewer.tenantId },
      tenantId == null ? {} : { tenantId },
      actions == null ? {} : { action: { in: [...actions] } },
      subjectId == null ? {} : { subjectId },
    ],
  }
}

builder.queryField('auditLog', (t) =>
  t.prismaConnection(
    {
      type: AuditEntry,
      cursor: 'id',
      ...pageSize,
      description:
        'What was done with keys, grants, settings and tenants: who, from where, when and in which request, the latest first. The operator reads all of it, a tenant’s key its own tenant’s part. Scope `audit:read`.',
      authScopes: { operator: true, scope: 'audit:read' },
      args: { filter: t.arg({ type: AuditFilter, description: 'Which ones; all if left out.' }) },
      resolve: (query, _parent, { filter }, { db, viewer }) =>
        db.auditEntry.findMany({
          ...query,
          where: whereSeen(viewer, filter),
          orderBy: [{ at: 'desc' }, { id: 'desc' }],
        }),
    },
    { name: 'AuditEntryConnection', description: 'A page of the audit log.' },
    { name: 'AuditEntryEdge', description: 'An entry and its place in the list.' },
  ),
)
