import { recordAudit } from '../audit/record-audit.ts'
import { takeFromBudget } from '../db/budget.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { type Clock, hours } from '../lib/clock.ts'
import { InvalidInputError, RateLimitedError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import type { Sealer } from '../lib/sealer.ts'
import { RingCentralAppRefusedError } from './app-errors.ts'
import { type AppCredentials, type Apps, secretPlace } from './apps.ts'
import { isAppRefused } from './connect-failure.ts'
import { asRefusal } from './ringcentral-refusals.ts'
import type { TokenEndpoint } from './token-endpoint.ts'

declare module '../graphql/context.ts' {
  interface Services {
    ownApp: OwnApp
  }
}

export type OwnApp = ReturnType<typeof createOwnApp>

/** Who guesses somebody's secret gets no further, and nobody spends RingCentral's budget. */
const checksPerHour = { limit: 20, windowMs: hours(1) }

/** A tenant's own app at RingCentral: proved, then kept sealed. */
export function createOwnApp(deps: {
  db: Db
  sealer: Sealer
  apps: Apps
  tokenEndpoint: TokenEndpoint
  /** RingCentral's servers; nobody makes the gateway call another address. */
  appServers: readonly string[]
  clock: Clock
}) {
  const { db, sealer, apps, tokenEndpoint, appServers, clock } = deps

  /** @throws RingCentralAppRefusedError, RingCentralUnreachableError, RateLimitedError */
  async function prove(tenantId: string, credentials: AppCredentials) {
    const taken = await takeFromBudget(db, `app-checks:${tenantId}`, checksPerHour)
    if (!taken.granted) {
      const sentence = `At most ${checksPerHour.limit} apps can be checked an hour.`
      throw new RateLimitedError(sentence, taken.retryAfterMs)
    }
    // Until it is proved it may be anybody's app, named by whoever guesses: its own budget is not theirs to spend.
    const unproved = { ...apps.build(null, credentials), budgetKey: `app-proofs:${tenantId}` }
    try {
      await tokenEndpoint.proveApp(unproved)
    } catch (error) {
      if (isAppRefused(error)) throw new RingCentralAppRefusedError(error.error)
      throw asRefusal(error, clock)
    }
  }

  return {
    /**
     * From now on people connect through this app. Who is connected stays so, with the app that they connected
     * through; the same app with another secret is used for its grants at once.
     *
     * @throws InvalidInputError, and what `prove` throws
     */
    async set(
      tenantId: string,
      input: { clientId: string; clientSecret?: string | null; serverUrl?: string | null },
    ) {
      const credentials = parseApp(input, appServers)
      await prove(tenantId, credentials)
      const { clientId, clientSecret, serverUrl } = credentials
      return inTransaction(db, async (tx) => {
        // Two at once: one after the other.
        await tx.$queryRaw`SELECT 1 FROM "Tenant" WHERE "id" = ${tenantId} FOR NO KEY UPDATE`
        const setAt = clock.now()
        const same = await tx.ringCentralApp.findFirst({ where: { tenantId, clientId, serverUrl } })
        await tx.ringCentralApp.updateMany({
          where: { tenantId, replacedAt: null, ...(same && { id: { not: same.id } }) },
          data: { replacedAt: setAt },
        })
        const id = same?.id ?? createId('RingCentralApp')
        const clientSecretSealed =
          clientSecret && sealer.seal(clientSecret, secretPlace({ id, tenantId }))
        const facts = { clientSecretSealed: clientSecretSealed || null, setAt, replacedAt: null }
        const app = await tx.ringCentralApp.upsert({
          where: { id },
          create: { id, tenantId, clientId, serverUrl, ...facts },
          update: facts,
        })
        await recordAudit(tx, {
          action: 'RINGCENTRAL_APP_SET',
          at: setAt,
          tenantId,
          subjectId: id,
          details: { serverUrl, isPublic: clientSecret === null },
        })
        return app
      })
    },

    /** From now on people connect through the gateway's app; who is connected stays so. False: there was none. */
    async remove(tenantId: string): Promise<boolean> {
      return inTransaction(db, async (tx) => {
        const at = clock.now()
        const [app] = await tx.ringCentralApp.updateManyAndReturn({
          where: { tenantId, replacedAt: null },
          data: { replacedAt: at },
        })
        if (!app) return false
        await recordAudit(tx, {
          action: 'RINGCENTRAL_APP_REMOVED',
          at,
          tenantId,
          subjectId: app.id,
        })
        return true
      })
    },
  }
}

/** @throws InvalidInputError */
function parseApp(
  input: { clientId: string; clientSecret?: string | null; serverUrl?: string | null },
  appServers: readonly string[],
): AppCredentials {
  const clientId = input.clientId.trim()
  if (!/^[\w.-]{1,100}$/.test(clientId)) {
    throw new InvalidInputError('clientId', '`clientId` is the Client ID of the app’s credentials.')
  }
  const clientSecret = input.clientSecret?.trim() || null
  if (clientSecret && !/^[\x21-\x7e]{1,500}$/.test(clientSecret)) {
    throw new InvalidInputError(
      'clientSecret',
      '`clientSecret` is the Client Secret of the app’s credentials; a public app has none.',
    )
  }
  const serverUrl = input.serverUrl?.trim().replace(/\/+$/, '') ?? appServers[0]
  if (!serverUrl || !appServers.includes(serverUrl)) {
    throw new InvalidInputError('serverUrl', `\`serverUrl\` is one of ${appServers.join(', ')}.`)
  }
  return { clientId, clientSecret, serverUrl }
}
