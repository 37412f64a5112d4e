import type { Db, Tx } from '../db/client.ts'
import type { WebhookStatus } from '../db/generated/client/client.ts'

/** A stored notification that nobody has dealt with yet, as its row says it. */
export type WaitingNotification = {
  id: string
  tenantId: string
  webhookId: string
  extensionRowId: string
  disabledFeatures: string[]
  body: unknown
}

/**
 * Those of `ids` that wait, and what else came to the same webhooks and waits: oldest first. What could not be dealt with
 * waits for its own job.
 */
export function findWaiting(
  db: Db,
  ids: readonly string[],
  most: number,
): Promise<WaitingNotification[]> {
  return db.$queryRaw<WaitingNotification[]>`
    SELECT waiting."id", waiting."tenantId", webhook."id" AS "webhookId", webhook."extensionRowId",
      tenant."disabledFeatures"::text[], waiting."body"
    FROM "Notification" AS waiting
    JOIN "WebhookSubscription" AS webhook ON webhook."id" = waiting."webhookSubscriptionId"
    JOIN "Tenant" AS tenant ON tenant."id" = waiting."tenantId"
    WHERE waiting."processedAt" IS NULL
      AND (waiting."failedAt" IS NULL OR waiting."id" = ANY(${ids}::text[]))
      AND waiting."webhookSubscriptionId" IN (
        SELECT "webhookSubscriptionId" FROM "Notification"
        WHERE "id" = ANY(${ids}::text[]) AND "processedAt" IS NULL)
    ORDER BY waiting."receivedAt", waiting."id" LIMIT ${most}`
}

/**
 * Takes what still waits of `waiting`, for this transaction, after whoever is taking some of it at this moment: so what is
 * taken later is told later. Their webhooks are held in the order of a key, so that two workers cannot deadlock.
 */
export function takeWaiting(
  tx: Tx,
  waiting: readonly WaitingNotification[],
  now: Date,
): Promise<{ id: string; status: WebhookStatus }[]> {
  const ids = waiting.map(({ id }) => id)
  const webhookIds = [...new Set(waiting.map(({ webhookId }) => webhookId))]
  return tx.$queryRaw`
    WITH held AS (
      SELECT "id", "status" FROM "WebhookSubscription" WHERE "id" = ANY(${webhookIds}::text[])
      ORDER BY "id" FOR NO KEY UPDATE
    ), heard AS (
      UPDATE "WebhookSubscription" AS webhook SET "lastNotificationAt" = ${now}
      FROM held WHERE webhook."id" = held."id" AND held."status" <> 'ENDED'
    )
    UPDATE "Notification" AS taken SET "processedAt" = ${now}
    FROM held
    WHERE taken."webhookSubscriptionId" = held."id" AND taken."processedAt" IS NULL
      AND taken."id" = ANY(${ids}::text[])
    RETURNING taken."id", held."status"::text`
}
