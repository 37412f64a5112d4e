import type { GraphQLError } from 'graphql'
import type { Db } from '../db/client.ts'
import type { ApiKey, TenantStatus } from '../db/generated/client/client.ts'
import type { Viewer } from '../graphql/context.ts'
import { topLevelError } from '../graphql/errors.ts'
import type { Stay } from '../graphql/http.ts'
import { type Clock, seconds } from '../lib/clock.ts'
import { every } from '../lib/every.ts'
import type { Logger } from '../lib/logger.ts'

export type LiveViewers = ReturnType<typeof createLiveViewers>

type TenantViewer = Extract<Viewer, { kind: 'tenant' }>
type Live = {
  viewer: TenantViewer
  controller: AbortController
  /** Tells, once, that the client token is about to end. */
  notify?: ((expiresAt: Date) => void) | undefined
}
type Found = Pick<ApiKey, 'id' | 'scopes' | 'expiresAt' | 'revokedAt'> & {
  tenantStatus: TenantStatus
}
/** Asked for thousands who have come with it. */
type Standing = Omit<Found, 'scopes'> & { scopes: ReadonlySet<string> }

const checkEveryMs = 1_500
/** How long before its end a client token is told of; of a shorter life, when half of it is over. */
const noticeMs = seconds(60)

/**
 * Those who stay on the line (WebSockets, SSE). A key that is revoked, over, or has lost a scope, a client token that is
 * revoked or over, a tenant that is suspended ends them within 2 seconds, on every instance: each asks the database for its own.
 */
export function createLiveViewers({ db, clock, logger }: { db: Db; clock: Clock; logger: Logger }) {
  const live = new Set<Live>()

  async function check() {
    for (const one of live) watchTheClock(one)
    // Those that were asked about: who comes while the database thinks is not in its answer.
    const asked = [...live]
    if (asked.length === 0) return
    const tokenIds = asked.flatMap(({ viewer }) => viewer.clientToken?.id ?? [])
    const [keys, tokens] = await Promise.all([
      findKeys([...new Set(asked.map(({ viewer }) => viewer.apiKeyId))]),
      tokenIds.length === 0 ? [] : findTokens([...new Set(tokenIds)]),
    ])
    const standings = new Map(
      keys.map(({ scopes, ...key }) => [key.id, { ...key, scopes: new Set(scopes) }]),
    )
    const good = new Set(tokens.map(({ id }) => id))
    for (const one of asked) {
      const token = one.viewer.clientToken
      const isRevoked = token !== undefined && !good.has(token.id)
      const why = isRevoked
        ? revoked()
        : whyNot(one.viewer, standings.get(one.viewer.apiKeyId), clock.now())
      if (why) end(one, why)
    }
  }
  const checks = every(checkEveryMs, check, (error) =>
    logger.warn({ err: error }, 'Could not check who may stay on the line; trying again'),
  )

  const findKeys = (ids: string[]) => db.$queryRaw<Found[]>`
    SELECT key."id", key."scopes", key."expiresAt", key."revokedAt", tenant."status"::text AS "tenantStatus"
    FROM "ApiKey" AS key JOIN "Tenant" AS tenant ON tenant."id" = key."tenantId"
    WHERE key."id" = ANY(${ids})`

  const findTokens = (ids: string[]) =>
    db.clientToken.findMany({ where: { id: { in: ids }, revokedAt: null }, select: { id: true } })

  function watchTheClock(one: Live) {
    if (!one.viewer.clientToken) return
    const { createdAt, expiresAt } = one.viewer.clientToken
    const life = expiresAt.getTime() - createdAt.getTime()
    const left = expiresAt.getTime() - clock.now().getTime()
    if (left <= 0) return end(one, expired())
    if (left > Math.min(noticeMs, life / 2)) return
    one.notify?.(expiresAt)
    one.notify = undefined
  }

  function end(one: Live, why: GraphQLError) {
    // Who has left while the database was asked is gone, or has come with another credential.
    if (live.delete(one)) one.controller.abort(why)
  }

  return {
    /**
     * A signal that fires when the viewer is no longer welcome; its reason says why. `notify` is called before that
     * happens by itself. Call `leave` when the viewer hangs up.
     */
    watch(viewer: Viewer, notify?: (expiresAt: Date) => void): Stay {
      const controller = new AbortController()
      if (viewer.kind === 'operator') return { ended: controller.signal, leave: () => undefined }
      const one: Live = { viewer, controller, notify }
      live.add(one)
      return { ended: controller.signal, leave: () => void live.delete(one) }
    },
    close: checks.close,
  }
}

function whyNot(
  { scopes }: TenantViewer,
  key: Standing | undefined,
  now: Date,
): GraphQLError | undefined {
  if (!key || key.revokedAt || (key.expiresAt && key.expiresAt <= now)) return revoked()
  if (key.tenantStatus === 'SUSPENDED') {
    return topLevelError('TENANT_SUSPENDED', 'The tenant has been suspended.')
  }
  if (key.tenantStatus !== 'ACTIVE') return revoked()
  const lost = scopes.find((scope) => !key.scopes.has(scope))
  if (lost === undefined) return undefined
  return topLevelError('FORBIDDEN', `This API key has lost the scope ${lost}.`, { scope: lost })
}

const revoked = () =>
  topLevelError('UNAUTHENTICATED', 'The key or client token works no more: come with another.')

const expired = () =>
  topLevelError(
    'TOKEN_EXPIRED',
    'The client token has ended. Subscribe again with a new one, and with `after` set to the last cursor that you saw.',
  )
