import { type Context, Hono } from 'hono'
import type { Db } from '../db/client.ts'
import type { ConnectTokenKind, ExtensionStatus } from '../db/generated/client/client.ts'
import { actorOf, type Viewer } from '../graphql/context.ts'
import { RateLimitedError } from '../lib/errors.ts'
import { actingAs, asTenant, requestScope } from '../lib/request-scope.ts'
import type { Authenticate } from '../tenants/authenticate.ts'
import { connectionStatus } from './connection-status.ts'
import { NotConnectedError } from './errors.ts'
import type { ExtensionService } from './service.ts'

type TenantViewer = Extract<Viewer, { kind: 'tenant' }>
type Env = { Variables: { viewer: TenantViewer } }

const restStatus = {
  ACTIVE: 'active',
  REFRESH_FAILED: 'refresh_failed',
  REVOKED: 'revoked',
} as const satisfies Record<ExtensionStatus, string>

/** The same services as plain REST, for programs that speak no GraphQL. */
export function restRoutes({
  db,
  extensions,
  authenticate,
}: {
  db: Db
  extensions: ExtensionService
  authenticate: Authenticate
}) {
  const routes = new Hono<Env>()

  const withScope =
    (scope: string, handle: (c: Context<Env>, tenantId: string) => Promise<Response>) =>
    async (c: Context<Env>) => {
      c.header('Cache-Control', 'no-store')
      const { address } = requestScope.getStore() ?? {}
      const authentication = await authenticate(c.req.header('authorization'), address)
      if ('retryAfter' in authentication) {
        c.header('Retry-After', String(authentication.retryAfter))
        return c.json({ error: 'Too many requests' }, 429)
      }
      if ('refused' in authentication && authentication.refused === 'suspended') {
        return c.json({ error: 'Tenant suspended or inactive' }, 403)
      }
      if ('refused' in authentication || authentication.viewer.kind !== 'tenant') {
        c.header('WWW-Authenticate', 'Bearer')
        return c.json({ error: 'Unauthorized' }, 401)
      }
      const { viewer } = authentication
      if (viewer.only) {
        return c.json({ error: 'This client token is limited: ask GraphQL with it' }, 403)
      }
      if (!viewer.scopes.includes(scope)) {
        return c.json({ error: `This API key lacks the scope ${scope}` }, 403)
      }
      const { tenantId } = viewer
      return actingAs(actorOf(viewer), () => asTenant(tenantId, () => handle(c, tenantId)))
    }

  const createToken = (kind: ConnectTokenKind) =>
    withScope('extensions:connect', async (c, tenantId) => {
      try {
        const link = await extensions.links.create({ tenantId, kind })
        return c.json({ connectUrl: link.path })
      } catch (error) {
        if (!(error instanceof RateLimitedError)) throw error
        c.header('Retry-After', String(error.retryAfter))
        return c.json({ error: 'Too many requests' }, 429)
      }
    })

  routes.post('/connect-token', createToken('CONNECT'))
  routes.post('/invite-token', createToken('INVITE'))

  routes.get(
    '/status',
    withScope('extensions:read', async (c, tenantId) => {
      const { connected, expiresAt, rcAccountId } = await connectionStatus(db, tenantId)
      return c.json(connected ? { connected, expiresAt, rcAccountId } : { connected })
    }),
  )

  routes.get(
    '/extensions',
    withScope('extensions:read', async (c, tenantId) => {
      const rows = await db.extension.findMany({
        where: { tenantId },
        orderBy: [{ connectedAt: 'desc' }, { id: 'desc' }],
      })
      return c.json({
        extensions: rows.map(({ extensionId, rcAccountId, connectedAt, status }) => ({
          extensionId,
          rcAccountId,
          connectedAt,
          status: restStatus[status],
        })),
      })
    }),
  )

  routes.post(
    '/disconnect',
    withScope('extensions:connect', async (c, tenantId) => {
      await extensions.disconnectTenant(tenantId).catch((error) => {
        // Nothing was connected: then it is as the caller wants it.
        if (!(error instanceof NotConnectedError)) throw error
      })
      return c.json({ ok: true })
    }),
  )

  return routes
}
