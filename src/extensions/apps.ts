import type { Db } from '../db/client.ts'
import type { RingCentralApp } from '../db/generated/client/client.ts'
import type { Sealer } from '../lib/sealer.ts'
import type { RingCentral } from '../ringcentral/client.ts'

export type AppCredentials = { serverUrl: string; clientId: string; clientSecret: string | null }

/** An app at RingCentral, ready for its token endpoint. */
export type LoginApp = {
  /** Null: the gateway's own. */
  id: string | null
  clientId: string
  serverUrl: string
  redirectUri: string
  /** RingCentral counts the calls of each app by itself. */
  budgetKey: string
  ringCentral: RingCentral
}

export type Apps = ReturnType<typeof createApps>

export const secretPlace = ({ id, tenantId }: { id: string; tenantId: string }) => ({
  tenantId,
  table: 'RingCentralApp',
  column: 'clientSecret',
  rowId: id,
})

const callbackPath = '/v1/rc/callback'

/** Which app at RingCentral somebody connects through, and which one a grant was made with: a tenant's own or the gateway's. */
export function createApps({
  db,
  sealer,
  gatewayApp,
  reach,
  publicUrl,
}: {
  db: Db
  sealer: Sealer
  gatewayApp: AppCredentials
  reach: (app: AppCredentials) => RingCentral
  publicUrl: string
}) {
  /**
   * Each server has a callback of its own, so that an answer of the one never passes for one of the other
   * (RFC 9700, 4.4.2.2).
   */
  const redirectUriOf = (serverUrl: string) =>
    serverUrl === gatewayApp.serverUrl
      ? `${publicUrl}${callbackPath}`
      : `${publicUrl}${callbackPath}/${new URL(serverUrl).host}`

  const budgetKeyOf = ({ serverUrl, clientId }: AppCredentials) =>
    serverUrl === gatewayApp.serverUrl && clientId === gatewayApp.clientId
      ? 'token-endpoint'
      : `token-endpoint:${serverUrl}:${clientId}`

  const build = (id: string | null, credentials: AppCredentials): LoginApp => ({
    id,
    clientId: credentials.clientId,
    serverUrl: credentials.serverUrl,
    redirectUri: redirectUriOf(credentials.serverUrl),
    budgetKey: budgetKeyOf(credentials),
    ringCentral: reach(credentials),
  })
  const gateways = build(null, gatewayApp)

  async function open(app: RingCentralApp): Promise<LoginApp> {
    const { id, serverUrl, clientId, clientSecretSealed } = app
    const clientSecret =
      clientSecretSealed && (await sealer.open(clientSecretSealed, secretPlace(app)))
    return build(id, { serverUrl, clientId, clientSecret })
  }

  // Of the servers of tenants' apps: a row never changes its server.
  const reached = new Map<string, RingCentral>()

  return {
    redirectUriOf,
    build,

    /** A tenant's own app, if it has one. */
    ownOf: (tenantId: string) =>
      db.ringCentralApp.findFirst({ where: { tenantId, replacedAt: null } }),

    /** The app that a tenant's people connect through. @throws UnsealError, UnknownKeyError */
    async current(tenantId: string): Promise<LoginApp> {
      const own = await this.ownOf(tenantId)
      return own ? open(own) : gateways
    },

    /** The app of a grant, or of a passage that has begun. @throws UnsealError, UnknownKeyError */
    async find(id: string | null): Promise<LoginApp> {
      if (id === null) return gateways
      return open(await db.ringCentralApp.findUniqueOrThrow({ where: { id } }))
    },

    /** RingCentral for calls with an access token, which need no secret of the app. */
    async serverOf(id: string | null): Promise<RingCentral> {
      if (id === null) return gateways.ringCentral
      const known = reached.get(id)
      if (known) return known
      const { serverUrl, clientId } = await db.ringCentralApp.findUniqueOrThrow({ where: { id } })
      const ringCentral = reach({ serverUrl, clientId, clientSecret: null })
      reached.set(id, ringCentral)
      return ringCentral
    },
  }
}
