import type pg from 'pg'
import { isDatabaseUnavailable } from '../db/errors.ts'
import { inPoolTransaction } from '../db/pool-transaction.ts'
import type { JobQueue } from '../jobs/queue.ts'
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
// instances that are told the same cannot deadlock.
const insert = `
  WITH told AS (
    SELECT told.*, webhook."tenantId"
    FROM jsonb_to_recordset($1::jsonb) AS told("id" text, "webhookId" text, "uuid" text, "body" jsonb)
    JOIN "WebhookSubscription" AS webhook
      ON webhook."id" = told."webhookId" AND webhook."status" IN ('CREATING', 'ACTIVE')
    CROSS JOIN (SELECT set_config('lock_timeout', coalesce($3, current_setting('lock_timeout')), true)) AS patience
  ), written AS (
    INSERT INTO "Notification" ("id", "tenantId", "webhookSubscriptionId", "uuid", "body", "receivedAt")
    SELECT "id", "tenantId", "webhookId", "uuid", "body", $2 FROM told ORDER BY "webhookId", "uuid"
    ON CONFLICT DO NOTHING RETURNING "id"
  )
  SELECT ARRAY(SELECT "id" FROM told) AS "listened", ARRAY(SELECT "id" FROM written) AS "written"`

/**
 * Stores notifications, each with the job that deals with it. Those that come in while others are being stored are
 * one transaction, whosever they are; what is told twice is there once. It is the gateway's own work, on connections
 * of its own; past Prisma, which would read what it brings four times.
 */
export function createNotificationStore({
  pool,
  queue,
  clock,
}: {
  pool: pg.Pool
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}): StoreNotification {
  return createTogether(store, {
    most,
    mostWaiting,
    patienceMs,
    isHopeless: isDatabaseUnavailable,
  })

  async function store(told: Told[]): Promise<boolean[]> {
    const rows = told.map((one) => ({ ...one, id: createId('Notification') }))
    const patience = told.length > 1 ? `${rowsHeldMs}ms` : null
    const listened = await inPoolTransaction(pool, async (tx) => {
      const values = [jsonOf(rows), clock.now(), patience]
      const found = await tx.query<Found>({ name: 'store-notifications', text: insert, values })
      const { listened = [], written: notificationIds = [] } = found.rows[0] ?? {}
      if (notificationIds.length > 0) {
        await queue.send(tx, processNotificationJob, { notificationIds })
      }
      return new Set(listened)
    })
    return rows.map(({ id }) => listened.has(id))
  }
}

type Found = { listened: string[]; written: string[] }

/** Bodies are JSON already. */
function jsonOf(rows: readonly (Told & { id: string })[]): string {
  const all = rows.map(({ body, ...row }) => `${JSON.stringify(row).slice(0, -1)},"body":${body}}`)
  return `[${all.join()}]`
}
