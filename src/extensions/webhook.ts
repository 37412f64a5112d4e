import type { Db, Tx } from '../db/client.ts'
import type { WebhookSubscription } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { implementJob } from '../jobs/define-job.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, days, seconds } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Sealer } from '../lib/sealer.ts'
import { createSecret } from '../lib/secrets.ts'
import type { RingCentralApi } from '../ringcentral/client.ts'
import { RingCentralInDoubtError, RingCentralRefusedError } from '../ringcentral/errors.ts'
import type { Subscription } from '../ringcentral/subscriptions.ts'
import { featuresOf } from '../tenants/features.ts'
import type { ExtensionAccess } from './access.ts'
import { NotConnectedError } from './errors.ts'
import { ensureWebhookJob } from './jobs.ts'
import { verificationTokenPlace } from './verification-token.ts'
import { sameFilters, wantedFilters } from './wanted-filters.ts'

const webhookPath = '/v1/rc/webhook/'
/** Longer than RingCentral is given to answer, its handshake included. */
const creationTakes = seconds(30)
const lifeSeconds = days(7) / 1000

/**
 * Compares what we think is subscribed with what RingCentral says, and mends the difference: adopts,
 * renews at half its life, updates one whose filters are not those wanted any more, replaces what is gone or not `Active`, and deletes what nobody knows (a
 * process that died between RingCentral's answer and its own commit leaves such ones behind).
 */
export const ensureWebhook = ({
  db,
  access,
  sealer,
  webUrl,
  clock,
  logger,
  onSubscribed,
}: {
  db: Db
  access: ExtensionAccess
  sealer: Sealer
  /** Where RingCentral reaches the web processes. */
  webUrl: () => string
  clock: Clock
  logger: Logger
  /** Within the transaction that notes a new subscription, or new filters: what came in before, nobody told us of. */
  onSubscribed: (tx: Tx, extensionRowId: string) => Promise<void>
}) => {
  const address = (id: string) => `${webUrl()}${webhookPath}${id}`

  return implementJob(ensureWebhookJob, async ({ extensionRowId }) => {
    try {
      await access.call(extensionRowId, (api) => ensure(api, extensionRowId))
    } catch (error) {
      if (!(error instanceof NotConnectedError)) throw error
    }
  })

  async function ensure(api: RingCentralApi, extensionRowId: string) {
    const extension = await db.extension.findUniqueOrThrow({
      where: { id: extensionRowId },
      include: { phoneNumbers: { select: { features: true } } },
    })
    const eventFilters = wantedFilters(extension, await featuresOf(db, extension.tenantId))
    // In this order: what another worker makes meanwhile is then seen by `create`, and not made twice.
    const rows = await db.webhookSubscription.findMany({
      where: { extensionRowId, status: { in: ['CREATING', 'ACTIVE'] } },
      orderBy: { createdAt: 'desc' },
    })
    const atRingCentral = await api.subscriptions.list()
    let working: WebhookSubscription | undefined
    for (const row of rows) {
      const subscription = atRingCentral.find((candidate) => candidate.address === address(row.id))
      if (!working && subscription?.status === 'Active') {
        working = await keep(api, row, subscription, eventFilters)
      } else if (isAbandoned(row)) {
        await db.webhookSubscription.updateMany({
          where: { id: row.id, status: { not: 'ENDED' } },
          data: { status: 'BROKEN' },
        })
      }
    }
    await removeStrays(api, atRingCentral, working)
    if (working) return
    if (rows.some((row) => !isAbandoned(row))) throw beingCreated()
    await create(api, extensionRowId, rows, eventFilters)
  }

  /** Young ones that RingCentral has not named yet may be in the middle of being created by another worker. */
  function isAbandoned({ rcSubscriptionId, createdAt }: WebhookSubscription): boolean {
    return rcSubscriptionId !== null || after(createdAt, creationTakes) < clock.now()
  }

  function beingCreated() {
    const retryAt = after(clock.now(), seconds(2))
    return new RetryLaterError('Another worker is creating the webhook', retryAt)
  }

  async function keep(
    api: RingCentralApi,
    row: WebhookSubscription,
    found: Subscription,
    eventFilters: string[],
  ) {
    const isDue = row.renewAt && row.renewAt <= clock.now()
    const isOutdated = !sameFilters(row.eventFilters, eventFilters)
    if (!isDue && !isOutdated) return row.status === 'ACTIVE' ? row : save(row.id, found)
    try {
      if (!isOutdated) return await save(row.id, await api.subscriptions.renew(found.id))
      // Its address stays, so nothing is missed meanwhile.
      return await save(
        row.id,
        await api.subscriptions.update(found.id, eventFilters),
        eventFilters,
      )
    } catch (error) {
      // Gone between the list and now: the caller makes another one.
      if (error instanceof RingCentralRefusedError && error.status === 404) return undefined
      throw error
    }
  }

  /** Ours by their address, but not the one that works: each would deliver everything once more. */
  async function removeStrays(
    api: RingCentralApi,
    atRingCentral: Subscription[],
    working: WebhookSubscription | undefined,
  ) {
    for (const subscription of atRingCentral) {
      const id =
        subscription.address?.startsWith(address('')) &&
        subscription.address.slice(address('').length)
      if (!id || id === working?.id) continue
      // Another tenant may have connected the same extension; its webhook is not a stray.
      const owner = await db.webhookSubscription.findUnique({ where: { id } })
      if (owner && owner.status !== 'BROKEN' && owner.status !== 'ENDED') continue
      await api.subscriptions.remove(subscription.id)
    }
  }

  async function create(
    api: RingCentralApi,
    extensionRowId: string,
    known: readonly WebhookSubscription[],
    eventFilters: string[],
  ) {
    const id = createSecret()
    const verificationToken = createSecret()
    // Committed before RingCentral is asked: its handshake comes in before its answer.
    const begun = await inTransaction(db, async (tx) => {
      // Held, so that a disconnect sees the webhook, or the webhook sees the disconnect; and so that
      // of two workers one creates.
      const [connected] = await tx.$queryRaw<{ tenantId: string }[]>`
        SELECT "tenantId" FROM "Extension"
        WHERE "id" = ${extensionRowId} AND "disconnectedAt" IS NULL FOR NO KEY UPDATE`
      if (!connected) return false
      const rival = await tx.webhookSubscription.findFirst({
        where: {
          extensionRowId,
          status: { in: ['CREATING', 'ACTIVE'] },
          id: { notIn: known.map((row) => row.id) },
        },
      })
      if (rival) throw beingCreated()
      const { tenantId } = connected
      const place = verificationTokenPlace({ id, tenantId })
      const verificationTokenSealed = sealer.seal(verificationToken, place)
      await tx.webhookSubscription.create({
        data: {
          id,
          tenantId,
          extensionRowId,
          verificationTokenSealed,
          eventFilters,
          createdAt: clock.now(),
        },
      })
      return true
    })
    if (!begun) return
    try {
      const subscription = await api.subscriptions.create({
        address: address(id),
        eventFilters,
        verificationToken,
        expiresInSeconds: lifeSeconds,
      })
      const saved = await save(id, subscription)
      if (!saved) await api.subscriptions.remove(subscription.id)
    } catch (error) {
      // In doubt it stays: if RingCentral has it after all, the next run adopts it.
      if (!(error instanceof RingCentralInDoubtError)) {
        await db.webhookSubscription.updateMany({
          where: { id, status: 'CREATING' },
          data: { status: 'BROKEN' },
        })
      }
      throw error
    }
  }

  /** @returns undefined when the extension was disconnected meanwhile: then there is nothing to keep */
  async function save(
    id: string,
    subscription: Subscription,
    eventFilters?: string[],
  ): Promise<WebhookSubscription | undefined> {
    if (subscription.disabledFilters.length > 0) {
      logger.warn(
        {
          webhook: subscription.id,
          disabledFilters: subscription.disabledFilters.map(({ filter }) => filter),
        },
        'RingCentral does not serve some event filters: the grant or the app registration lacks a scope',
      )
    }
    const life = subscription.expiresAt.getTime() - clock.now().getTime()
    return inTransaction(db, async (tx) => {
      const { count: begun } = await tx.webhookSubscription.updateMany({
        where: { id, status: { in: ['CREATING', 'BROKEN'] } },
        data: { status: 'ACTIVE' },
      })
      const [saved] = await tx.webhookSubscription.updateManyAndReturn({
        where: { id, status: { not: 'ENDED' } },
        data: {
          rcSubscriptionId: subscription.id,
          ...(eventFilters && { eventFilters }),
          disabledFilters: subscription.disabledFilters,
          expiresAt: subscription.expiresAt,
          renewAt: after(clock.now(), life / 2),
        },
      })
      if (saved && (begun > 0 || eventFilters)) await onSubscribed(tx, saved.extensionRowId)
      return saved
    })
  }
}
