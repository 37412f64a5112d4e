import type { Db, Tx } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import type { Sealer } from '../lib/sealer.ts'
import type { RingCentral } from '../ringcentral/client.ts'
import { NotConnectedError } from './errors.ts'
import { openTokens } from './grant-tokens.ts'
import { releaseGrantJob } from './jobs.ts'
import { recordExtensionChanged } from './status.ts'
import type { TokenEndpoint } from './token-endpoint.ts'

export type Disconnecting = ReturnType<typeof createDisconnecting>

/** What else happens in the transaction that disconnects extensions, for example to waiting messages. */
export type OnDisconnect = (tx: Tx, record: RecordEvent, extensionRowIds: string[]) => Promise<void>

export function createDisconnecting({
  db,
  eventLog,
  queue,
  clock,
  onDisconnect,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
  onDisconnect: OnDisconnect
}) {
  return {
    /**
     * Disconnects all extensions of a tenant, at once and whatever RingCentral does: tokens and cached
     * numbers are gone, what was queued fails, subscribers hear of it. Giving the grants back to
     * RingCentral follows as jobs.
     *
     * @throws NotConnectedError when nothing is connected
     */
    async disconnectTenant(tenantId: string): Promise<Extension[]> {
      const connected = await db.extension.findMany({
        where: { tenantId, OR: [{ status: { not: 'REVOKED' } }, { grant: { isNot: null } }] },
        select: { id: true },
      })
      if (connected.length === 0) throw new NotConnectedError()
      return eventLog.transaction(async (tx, record) => {
        const ids = connected.map((extension) => extension.id)
        for (const id of ids) await releaseGrant(tx, tenantId, id)
        await tx.phoneNumber.deleteMany({ where: { extensionRowId: { in: ids } } })
        const extensions = await tx.extension.updateManyAndReturn({
          where: { id: { in: ids } },
          data: {
            status: 'REVOKED',
            statusReason: 'Disconnected.',
            disconnectedAt: clock.now(),
            numbersDiscoveredAt: null,
            messageSyncToken: null,
          },
        })
        await onDisconnect(tx, record, ids)
        for (const extension of extensions) recordExtensionChanged(record, extension)
        return extensions
      })
    },
  }

  /** Moves the tokens to where only the job that gives them back finds them. */
  async function releaseGrant(tx: Tx, tenantId: string, extensionRowId: string) {
    const webhooks = await tx.webhookSubscription.updateManyAndReturn({
      where: { extensionRowId, status: { not: 'ENDED' } },
      data: { status: 'ENDED' },
    })
    const grant = await tx.grant.findUnique({ where: { extensionRowId } })
    if (!grant) return
    await tx.grant.delete({ where: { extensionRowId } })
    const id = createId('GrantRelease')
    await tx.grantRelease.create({
      data: {
        id,
        tenantId,
        extensionRowId,
        accessTokenSealed: grant.accessTokenSealed,
        refreshTokenSealed: grant.refreshTokenSealed,
        rcSubscriptionIds: webhooks.flatMap(({ rcSubscriptionId }) => rcSubscriptionId ?? []),
        createdAt: clock.now(),
      },
    })
    await queue.send(tx, releaseGrantJob, { grantReleaseId: id })
  }
}

/** After that long RingCentral is not asked any more, and the tokens are wiped unreturned. */
const giveUpAfter = minutes(15)

/** Deletes the webhook subscriptions, then revokes the session, then wipes the tokens. */
export const releaseGrant = ({
  db,
  ringCentral,
  tokenEndpoint,
  sealer,
  clock,
  logger,
}: {
  db: Db
  ringCentral: RingCentral
  tokenEndpoint: TokenEndpoint
  sealer: Sealer
  clock: Clock
  logger: Logger
}) =>
  implementJob(releaseGrantJob, async ({ grantReleaseId }) => {
    const release = await db.grantRelease.findUnique({ where: { id: grantReleaseId } })
    if (!release) return
    try {
      const tokens = openTokens(sealer, release, release)
      const api = ringCentral.api(tokens.accessToken)
      // A subscription would outlive its grant; with an access token that has expired, RingCentral
      // refuses, and it runs out by itself: then it is enough that we do not answer for it any more.
      for (const id of release.rcSubscriptionIds) {
        await api.subscriptions.remove(id).catch((error) => {
          logger.info({ err: error }, 'A webhook subscription was left to run out')
        })
      }
      await tokenEndpoint.revoke(tokens.refreshToken)
    } catch (error) {
      if (after(release.createdAt, giveUpAfter) > clock.now()) {
        if (error instanceof RetryLaterError) throw error
        throw new RetryLaterError(
          'A grant could not be given back',
          after(clock.now(), seconds(30)),
        )
      }
      logger.warn({ err: error }, 'A grant could not be given back to RingCentral; forgetting it')
    }
    await db.grantRelease.deleteMany({ where: { id: grantReleaseId } })
  })
