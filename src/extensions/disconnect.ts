import { recordAudit } from '../audit/record-audit.ts'
import type { Db, Tx } from '../db/client.ts'
import type { Extension, Grant } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import type { Sealer } from '../lib/sealer.ts'
import {
  InvalidGrantError,
  OAuthRefusedError,
  RingCentralRefusedError,
  RingCentralUnauthorizedError,
} from '../ringcentral/errors.ts'
import type { Apps } from './apps.ts'
import { NotConnectedError } from './errors.ts'
import { openTokens } from './grant-tokens.ts'
import { ensureWebhookJob, releaseGrantJob } from './jobs.ts'
import { recordExtensionChanged } from './status.ts'
import type { TokenEndpoint } from './token-endpoint.ts'

export type Disconnecting = ReturnType<typeof createDisconnecting>

/** What else happens in the transaction that disconnects extensions, for example to waiting messages. */
export type OnDisconnect = (tx: Tx, record: RecordEvent, extensionRowIds: string[]) => Promise<void>

export function createDisconnecting({
  eventLog,
  queue,
  clock,
  onDisconnect,
}: {
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
  onDisconnect: OnDisconnect
}) {
  return {
    /**
     * Disconnects all extensions of a tenant, at once and whatever RingCentral does: tokens and cached
     * numbers are gone, what was queued fails, subscribers hear of it. Giving the grants back to
     * RingCentral follows as jobs. Includes extensions whose grant RingCentral has ended: what waited
     * for their users to come back waits no more. Which user is which extension stays, unless it is to go.
     *
     * @throws NotConnectedError when nothing is connected
     */
    async disconnectTenant(
      tenantId: string,
      { removeMappings = false }: { removeMappings?: boolean } = {},
    ): Promise<Extension[]> {
      return eventLog.transaction(async (tx, record) => {
        // First, so that whoever connects, discovers or disconnects the same extension comes before or after.
        const extensions = await tx.extension.updateManyAndReturn({
          where: { tenantId, disconnectedAt: null },
          data: {
            status: 'REVOKED',
            statusReason: 'Disconnected.',
            disconnectedAt: clock.now(),
            numbersDiscoveredAt: null,
            messageSyncToken: null,
            callLogSyncToken: null,
          },
        })
        if (extensions.length === 0) throw new NotConnectedError()
        const ids = extensions.map((extension) => extension.id)
        for (const id of ids) await endGrant(tx, tenantId, id)
        await tx.phoneNumber.deleteMany({ where: { extensionRowId: { in: ids } } })
        if (removeMappings) await tx.userMapping.deleteMany({ where: { tenantId } })
        await onDisconnect(tx, record, ids)
        for (const extension of extensions) {
          await recordAudit(tx, {
            action: 'EXTENSION_DISCONNECTED',
            at: clock.now(),
            tenantId,
            subjectId: extension.id,
            details: { extensionId: extension.extensionId },
          })
          recordExtensionChanged(record, extension)
        }
        return extensions
      })
    },
  }

  async function endGrant(tx: Tx, tenantId: string, extensionRowId: string) {
    const webhooks = await tx.webhookSubscription.updateManyAndReturn({
      where: { extensionRowId, status: { not: 'ENDED' } },
      data: { status: 'ENDED' },
    })
    const grant = await tx.grant.findUnique({ where: { extensionRowId } })
    if (!grant) return
    await tx.grant.delete({ where: { extensionRowId } })
    const rcSubscriptionIds = webhooks.flatMap(({ rcSubscriptionId }) => rcSubscriptionId ?? [])
    await releaseTokens(tx, { queue, clock }, { tenantId, grant, rcSubscriptionIds })
  }
}

/** Puts the tokens of a grant that has ended where only the job that gives them back finds them. */
export async function releaseTokens(
  tx: Tx,
  { queue, clock }: { queue: Pick<JobQueue, 'send'>; clock: Clock },
  ended: { tenantId: string; grant: Grant; rcSubscriptionIds: string[] },
): Promise<void> {
  const { grant, ...rest } = ended
  const { extensionRowId, appId, accessTokenSealed, refreshTokenSealed } = grant
  const id = createId('GrantRelease')
  await tx.grantRelease.create({
    data: {
      id,
      extensionRowId,
      appId,
      accessTokenSealed,
      refreshTokenSealed,
      ...rest,
      createdAt: clock.now(),
    },
  })
  await queue.send(tx, releaseGrantJob, { grantReleaseId: id })
}

/** After that long RingCentral is not asked any more, and the tokens are wiped unreturned. */
const giveUpAfter = minutes(15)

const refusals = [
  RingCentralRefusedError,
  RingCentralUnauthorizedError,
  InvalidGrantError,
  OAuthRefusedError,
]

/** Deletes the webhook subscriptions, then revokes the session, then wipes the tokens. */
export const releaseGrant = ({
  db,
  queue,
  apps,
  tokenEndpoint,
  sealer,
  clock,
  logger,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  apps: Apps
  tokenEndpoint: TokenEndpoint
  sealer: Sealer
  clock: Clock
  logger: Logger
}) =>
  implementJob(releaseGrantJob, async ({ grantReleaseId }) => {
    /** A definite no is the same the next time; anything else may go better. */
    const unlessRefused = (error: unknown) => {
      if (!refusals.some((refusal) => error instanceof refusal)) throw error
      logger.info({ err: error }, 'RingCentral did not take back a part of a grant')
    }
    const release = await db.grantRelease.findUnique({ where: { id: grantReleaseId } })
    if (!release) return
    try {
      const tokens = await openTokens(sealer, release, release)
      const app = await apps.find(release.appId)
      const api = app.ringCentral.api(tokens.accessToken)
      // A subscription would outlive its grant; with an access token that has expired, RingCentral
      // refuses, and it runs out by itself: then it is enough that we do not answer for it any more.
      for (const id of release.rcSubscriptionIds) {
        await api.subscriptions.remove(id).catch(unlessRefused)
      }
      await tokenEndpoint.revoke(app, tokens.refreshToken).catch(unlessRefused)
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
    // A login that was replaced: RingCentral does not say whether its webhook ends with it.
    const { extensionRowId } = release
    if (await db.grant.findUnique({ where: { extensionRowId } })) {
      await inTransaction(db, (tx) =>
        queue.send(tx, ensureWebhookJob, { extensionRowId }, { singletonKey: extensionRowId }),
      )
    }
  })
