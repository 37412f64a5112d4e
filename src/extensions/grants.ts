import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '../db/client.ts'
import type { ExtensionStatus, Grant } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { type Sealer, UnsealError } from '../lib/sealer.ts'
import type { TokenSet } from '../ringcentral/token-set.ts'
import type { Apps } from './apps.ts'
import { isAppRefused } from './connect-failure.ts'
import { NotConnectedError } from './errors.ts'
import {
  appRefusedReason,
  brokenReason,
  isFinal,
  unreachableReason,
  whyEnded,
} from './grant-end.ts'
import { openTokens, refreshRetryDelay, sealTokens } from './grant-tokens.ts'
import { changeStatus } from './status.ts'
import type { TokenEndpoint, Urgency } from './token-endpoint.ts'
import { writeDownTrouble } from './write-down-grant.ts'

export type Grants = ReturnType<typeof createGrants>

/** `appId`: the tenant's own app that it was made with; null: the gateway's. */
export type UsableToken = { accessToken: string; appId: string | null }

/** A token with less life than this is refreshed before it is used. */
const freshFor = minutes(5)
/** A token with less life than this is not used even when refreshing fails. */
const usableFor = seconds(30)
/** Longer than RingCentral's 10 s and the commit: nobody else refreshes while it lasts. */
const leaseSeconds = 12
const waitForOthersMs = seconds(15)

/**
 * The access tokens of extensions, kept fresh.
 *
 * RingCentral rotates: a refresh kills the previous access token at once, and the previous refresh
 * token ten seconds after the new access token is first used. So one process refreshes at a time (a
 * lease in the grant's row), and a new pair is committed before anybody gets to use it. If the process
 * dies in between, the next one repeats the refresh with the old token and gets the same pair.
 */
export function createGrants({
  db,
  eventLog,
  sealer,
  tokenEndpoint,
  apps,
  clock,
  logger,
}: {
  db: Db
  eventLog: EventLog
  sealer: Sealer
  tokenEndpoint: TokenEndpoint
  apps: Apps
  clock: Clock
  logger: Logger
}) {
  /** @throws NotConnectedError when there is no grant (any more) */
  async function read(extensionRowId: string): Promise<OpenGrant> {
    const [grant] = await db.$queryRaw<(Grant & { tenantId: string })[]>`
      SELECT held.*, extension."tenantId" FROM "Grant" AS held
      JOIN "Extension" AS extension ON extension."id" = held."extensionRowId"
      WHERE held."extensionRowId" = ${extensionRowId}`
    if (!grant) throw new NotConnectedError()
    const place = { tenantId: grant.tenantId, extensionRowId }
    try {
      return { ...grant, place, ...(await openTokens(sealer, place, grant)) }
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error
      logger.error(
        { err: error, extension: extensionRowId },
        'The tokens of an extension are broken',
      )
      const { version, accessTokenSealed, refreshTokenSealed } = grant
      const ended = { extensionRowId, version, accessTokenSealed, refreshTokenSealed }
      await recordEnded(ended, brokenReason)
      throw new NotConnectedError()
    }
  }
  type OpenGrant = Grant & {
    place: { tenantId: string; extensionRowId: string }
    accessToken: string
    refreshToken: string
  }

  const livesFor = (grant: OpenGrant) =>
    grant.accessTokenExpiresAt.getTime() - clock.now().getTime()

  /** Refreshes unless somebody else has, or is doing it: then waits for the outcome. */
  async function refresh(stale: OpenGrant, urgency: Urgency): Promise<OpenGrant> {
    const leaseId = randomUUID()
    const giveUpAt = Date.now() + waitForOthersMs
    while (!(await takeLease(stale, leaseId))) {
      await sleep(100)
      const current = await read(stale.extensionRowId)
      if (current.version !== stale.version) return current
      if (Date.now() > giveUpAt) throw retryIn(seconds(5), 'Another process is refreshing')
    }
    try {
      return await refreshUnderLease(stale, leaseId, urgency)
    } finally {
      await db.grant.updateMany({
        where: { extensionRowId: stale.extensionRowId, leaseId },
        data: { leaseId: null, leaseUntil: null },
      })
    }
  }

  /** By the database's clock, so that the clocks of our machines need not agree. */
  async function takeLease({ extensionRowId, version }: OpenGrant, leaseId: string) {
    const taken = await db.$executeRaw`
      UPDATE "Grant" SET "leaseId" = ${leaseId},
        "leaseUntil" = clock_timestamp() + ${leaseSeconds} * interval '1 second'
      WHERE "extensionRowId" = ${extensionRowId} AND "version" = ${version}
        AND ("leaseUntil" IS NULL OR "leaseUntil" < clock_timestamp())`
    return taken === 1
  }

  async function refreshUnderLease(
    stale: OpenGrant,
    leaseId: string,
    urgency: Urgency,
  ): Promise<OpenGrant> {
    let tokens: TokenSet
    try {
      tokens = await refreshConfirmed(stale, urgency)
    } catch (error) {
      if (error instanceof RetryLaterError) throw error
      if (isFinal(error)) {
        const { extensionRowId, version } = stale
        await recordEnded({ extensionRowId, version, leaseId }, whyEnded(error))
        // There is a grant all the same if its user connected again meanwhile.
        return read(stale.extensionRowId)
      }
      await recordFailure(stale, error)
      throw retryIn(refreshRetryDelay(stale.refreshFailures + 1), 'Refreshing failed')
    }
    await eventLog.transaction(async (tx, record) => {
      // Only by the holder of the lease: a process that was paused beyond it must not write an old pair.
      await tx.grant.updateMany({
        where: { extensionRowId: stale.extensionRowId, version: stale.version, leaseId },
        data: {
          ...sealTokens(sealer, clock, stale.place, tokens),
          version: { increment: 1 },
        },
      })
      await changeStatus(tx, record, stale.extensionRowId, {
        from: ['REFRESH_FAILED'],
        to: 'ACTIVE',
      })
    })
    return read(stale.extensionRowId)
  }

  /** `invalid_grant` counts when it is said twice: once can be a race of our own. */
  async function refreshConfirmed(stale: OpenGrant, urgency: Urgency): Promise<TokenSet> {
    const app = await apps.find(stale.appId)
    try {
      return await tokenEndpoint.refresh(app, stale.refreshToken, urgency)
    } catch (error) {
      if (!isFinal(error)) throw error
      await sleep(seconds(0.5) + Math.random() * seconds(0.5))
      return tokenEndpoint.refresh(app, stale.refreshToken, urgency)
    }
  }

  /** Unless the grant is another one by now than `ended` says. */
  async function recordEnded(
    {
      extensionRowId,
      version,
      ...ended
    }: Pick<Grant, 'extensionRowId' | 'version'> &
      Partial<Pick<Grant, 'leaseId' | 'accessTokenSealed' | 'refreshTokenSealed'>>,
    reason: string,
  ) {
    await eventLog.transaction(async (tx, record) => {
      const { count } = await tx.grant.deleteMany({ where: { extensionRowId, version, ...ended } })
      if (count === 0) return
      const from: ExtensionStatus[] = ['ACTIVE', 'REFRESH_FAILED']
      const change = { from, to: 'REVOKED', reason } as const
      const extension = await changeStatus(tx, record, extensionRowId, change)
      if (extension) await writeDownTrouble(tx, 'GRANT_ENDED', extension, clock.now())
    })
  }

  async function recordFailure(stale: OpenGrant, error: unknown) {
    logger.warn({ err: error, extension: stale.extensionRowId }, 'Refreshing a grant failed')
    const refreshFailures = stale.refreshFailures + 1
    await eventLog.transaction(async (tx, record) => {
      await tx.grant.updateMany({
        where: { extensionRowId: stale.extensionRowId, version: stale.version },
        data: {
          refreshFailures,
          refreshDueAt: after(clock.now(), refreshRetryDelay(refreshFailures)),
        },
      })
      const failing = await changeStatus(tx, record, stale.extensionRowId, {
        from: ['ACTIVE'],
        to: 'REFRESH_FAILED',
        reason: isAppRefused(error) ? appRefusedReason : unreachableReason,
      })
      if (failing) await writeDownTrouble(tx, 'GRANT_REFRESH_FAILED', failing, clock.now())
    })
  }

  const retryIn = (ms: number, reason: string) =>
    new RetryLaterError(reason, after(clock.now(), ms))

  return {
    /**
     * An access token that will do for some minutes, and the app that it is of. `rejected`: one that RingCentral
     * answered 401 to.
     *
     * @throws NotConnectedError when the grant has ended, RetryLaterError when refreshing has to wait
     */
    async accessToken(extensionRowId: string, rejected?: string): Promise<UsableToken> {
      const grant = await read(extensionRowId)
      if (grant.accessToken !== rejected && livesFor(grant) > freshFor) return grant
      try {
        return await refresh(grant, 'needed')
      } catch (error) {
        const stillGood = grant.accessToken !== rejected && livesFor(grant) > usableFor
        if (error instanceof RetryLaterError && stillGood) return grant
        throw error
      }
    },

    /** Refreshes a grant that is due, whether or not a call needs it: keeps an idle one alive. */
    async refreshDue(extensionRowId: string): Promise<void> {
      const grant = await read(extensionRowId)
      // Somebody has used it meanwhile, and so refreshed it.
      if (grant.refreshDueAt > clock.now()) return
      await refresh(grant, 'idle')
    },
  }
}
