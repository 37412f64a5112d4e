import type pg from 'pg'
import { isDatabaseUnavailable } from '../db/errors.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { createTogether } from '../lib/together.ts'
import { processNotificationJob } from './jobs.ts'

/** What came in at the address of a webhook. */
export type Told = {
  webhookId: string
  uuid: string
  /** As it came, in JSON. */
  body: string
}

/** Whether it is stored, now or already; false when its webhook is listened to no more. */
export type StoreNotification = (told: Told) => Promise<boolean>

/** Stored in one transaction, with one job. */
const most = 100
/** A second's worth and more; who comes then is told to come again, before memory runs out. */
const mostWaiting = 1_000
/** Of several, who finds its tenant's rows held holds up the others no longer; by itself it waits on. */
const rowsHeldMs = 500
const patienceMs = 1_000

// The webhook is looked up once more: what has ended meanwhile takes in nothing. In the order of a key, so that two
// instances that are told the same cannot deadlock. One statement is one transaction, and one way to Postgres and back.
const insert = `
  WITH told AS (
    SELECT told.*, webhook."tenantId"
    FROM jsonb_to_recordset($1::jsonb) AS told("place" int, "id" text, "webhookId" text, "uuid" text, "body" jsonb)
    CROSS JOIN (SELECT set_config('lock_timeout', coalesce($3, current_setting('lock_timeout')), true)) AS patience
    LEFT JOIN "WebhookSubscription" AS webhook
      ON webhook."id" = told."webhookId" AND webhook."status" IN ('CREATING', 'ACTIVE')
  ), written AS (
    INSERT INTO "Notification" ("id", "tenantId", "webhookSubscriptionId", "uuid", "body", "receivedAt")
    SELECT "id", "tenantId", "webhookId", "uuid", "body", $2 FROM told WHERE "tenantId" IS NOT NULL
    ORDER BY "webhookId", "uuid" ON CONFLICT DO NOTHING RETURNING "id"
  )
  SELECT ARRAY(SELECT "place" FROM told WHERE "tenantId" IS NULL) AS "ended",
    (SELECT "sendJob"($4, jsonb_build_object('notificationIds', jsonb_agg("id"))) FROM written HAVING count(*) > 0)`

/**
 * Stores notifications, each with the job that deals with it. Those that come in while others are being stored are
 * one transaction, whosever they are; what is told twice is there once. It is the gateway's own work, on connections
 * of its own; past Prisma, which would read what it brings four times.
 */
export function createNotificationStore({
  pool,
  clock,
}: {
  pool: pg.Pool
  clock: Clock
}): StoreNotification {
  return createTogether(store, {
    most,
    mostWaiting,
    patienceMs,
    isHopeless: isDatabaseUnavailable,
  })

  async function store(told: Told[]): Promise<boolean[]> {
    const patience = told.length > 1 ? `${rowsHeldMs}ms` : null
    const { rows } = await pool.query<{ ended: number[] }>({
      name: 'store-notifications',
      text: insert,
      values: [jsonOf(told), clock.now(), patience, processNotificationJob.name],
    })
    const ended = new Set(rows[0]?.ended)
    return told.map((_, place) => !ended.has(place))
  }
}

/** Bodies are JSON already. */
function jsonOf(told: readonly Told[]): string {
  const all = told.map(({ body, ...rest }, place) => {
    const row = { ...rest, place, id: createId('Notification') }
    return `${JSON.stringify(row).slice(0, -1)},"body":${body}}`
  })
  return `[${all.join()}]`
}
