import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { Db } from '../db/client.ts'
import { isDatabaseUnavailable } from '../db/errors.ts'
import type { Prisma } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { type Clock, seconds } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import type { Sealer } from '../lib/sealer.ts'
import { parseNotification } from '../ringcentral/notifications.ts'
import type { KnownWebhook } from './find-webhook.ts'
import { processNotificationJob } from './jobs.ts'
import { webhookDoor } from './webhook-door.ts'

const maxBytes = 256 * 1024
/** RingCentral waits 3 seconds; after that our answer, whichever, would not be heard. */
const answerWithin = seconds(2.5)

/**
 * Where RingCentral posts. Stores what it brings before it answers 200, and does the work afterwards:
 * RingCentral waits 3 seconds, never repeats itself, and gives up on an address that fails for ten minutes.
 * What cannot be stored in time gets 503.
 *
 * Answers carry no headers beyond the necessary: in the handshake RingCentral counts them, up to 1024 bytes.
 */
export function webhookRoute(deps: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  sealer: Sealer
  clock: Clock
  logger: Logger
}) {
  const { db, queue, clock, logger } = deps
  const route = new Hono<{ Variables: { webhook: KnownWebhook } }>()

  const tryAgain = (c: Context) => c.json({ error: 'Try again' }, 503)
  route.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    if (isDatabaseUnavailable(error)) {
      logger.warn({ err: error }, 'A notification could not be stored: the database is away')
    } else {
      logger.error({ err: error }, 'A notification could not be stored')
    }
    return tryAgain(c)
  })

  route.use('/:id', async (c, next) => {
    const late = Promise.withResolvers<Response>()
    const timer = setTimeout(() => late.resolve(tryAgain(c)), answerWithin)
    try {
      // What is late may still be stored; should RingCentral bring it again, that changes nothing.
      return await Promise.race([next(), late.promise])
    } finally {
      clearTimeout(timer)
    }
  })

  route.post('/:id', webhookDoor(deps), bodyLimit({ maxSize: maxBytes }), async (c) => {
    const webhook = c.get('webhook')
    const body = parseJson(await c.req.arrayBuffer())
    const notification = parseNotification(body)
    if (!notification) return c.json({ error: 'Not a notification' }, 400)
    const { subscriptionId, ownerId } = notification
    const { rcSubscriptionId, extension } = webhook
    // Until our own commit has followed RingCentral's answer, we do not know the subscription's id yet.
    const isOther = rcSubscriptionId !== null && subscriptionId !== rcSubscriptionId
    if (isOther || (ownerId !== undefined && ownerId !== extension.extensionId)) {
      logger.warn(
        { webhook: rcSubscriptionId },
        'A notification names another subscription, or owner of it, than its address',
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

/** Undefined for what is no JSON, or not in UTF-8. */
function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** As it came, but for U+0000, which Postgres cannot store in JSON. */
function storable(body: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(body).replaceAll('\\u0000', '')) as Prisma.InputJsonValue
}
