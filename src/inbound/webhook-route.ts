import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Db } from '../db/client.ts'
import type { Prisma } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { openVerificationToken } from '../extensions/webhook.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import type { Sealer } from '../lib/sealer.ts'
import { sameSecret } from '../lib/secrets.ts'
import { parseNotification } from '../ringcentral/notifications.ts'
import { processNotificationJob } from './jobs.ts'

const maxBytes = 256 * 1024
/** What else somebody may have written there, Postgres need not see. */
const isId = /^[\w-]{1,100}$/

/**
 * Where RingCentral posts. Stores what it brings before it answers 200, and does the work afterwards:
 * RingCentral waits 3 seconds, never repeats itself, and gives up on an address that fails for ten minutes.
 *
 * Answers carry no headers beyond the necessary: in the handshake RingCentral counts them, up to 1024 bytes.
 */
export function webhookRoute({
  db,
  queue,
  sealer,
  clock,
  logger,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  sealer: Sealer
  clock: Clock
  logger: Logger
}) {
  const route = new Hono()

  route.post('/:id', bodyLimit({ maxSize: maxBytes }), async (c) => {
    const id = c.req.param('id')
    const webhook = isId.test(id) && (await db.webhookSubscription.findUnique({ where: { id } }))
    if (!webhook || webhook.status === 'BROKEN' || webhook.status === 'ENDED') {
      return c.json({ error: 'Not found' }, 404)
    }

    // The handshake comes while the subscription is being created, and possibly again later.
    const validationToken = c.req.header('validation-token')
    if (validationToken !== undefined) {
      return c.body(null, 200, {
        'Validation-Token': validationToken,
        'Content-Type': 'application/json',
      })
    }

    const verificationToken = c.req.header('verification-token') ?? ''
    if (!sameSecret(verificationToken, await openVerificationToken(sealer, webhook))) {
      return c.json({ error: 'Unauthorized' }, 401)
    }
    const body: unknown = await c.req.json().catch(() => undefined)
    const notification = parseNotification(body)
    if (!notification) return c.json({ error: 'Not a notification' }, 400)
    // Until our own commit has followed RingCentral's answer, we do not know the subscription's id yet.
    const expected = webhook.rcSubscriptionId
    if (expected !== null && notification.subscriptionId !== expected) {
      logger.warn(
        { webhook: expected },
        'A notification names another subscription than its address',
      )
      return c.json({ error: 'Another subscription' }, 409)
    }

    await inTransaction(db, async (tx) => {
      const id = createId('Notification')
      const { count } = await tx.notification.createMany({
        data: {
          id,
          tenantId: webhook.tenantId,
          webhookSubscriptionId: webhook.id,
          uuid: notification.uuid,
          body: storable(body),
          receivedAt: clock.now(),
        },
        skipDuplicates: true,
      })
      if (count === 1) await queue.send(tx, processNotificationJob, { notificationId: id })
    })
    return c.body(null, 200, { 'Content-Type': 'application/json' })
  })

  return route
}

/** As it came, but for U+0000, which Postgres cannot store in JSON. */
function storable(body: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(body).replaceAll('\\u0000', '')) as Prisma.InputJsonValue
}
