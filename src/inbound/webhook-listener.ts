import type { IncomingMessage, ServerResponse } from 'node:http'
import type pg from 'pg'
import type { Db } from '../db/client.ts'
import { isDatabaseUnavailable } from '../db/errors.ts'
import type { AddressOf } from '../http/client-address.ts'
import { BodyTooLargeError, readBody } from '../http/read-body.ts'
import { type Clock, seconds } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Sealer } from '../lib/sealer.ts'
import { TooManyWaitingError } from '../lib/together.ts'
import { readNotification } from './read-notification.ts'
import { createNotificationStore } from './store-notifications.ts'
import { openWebhookDoor, type WebhookAnswer } from './webhook-door.ts'

const maxBytes = 256 * 1024
/** RingCentral waits 3 seconds; after that our answer, whichever, would not be heard. */
const answerWithin = seconds(2.5)

const tryAgain: WebhookAnswer = { status: 503, error: 'Try again' }

/**
 * Where RingCentral posts. Stores what it brings before it answers 200, and does the work afterwards:
 * RingCentral waits 3 seconds, never repeats itself, and gives up on an address that fails for ten minutes.
 * What cannot be stored in time gets 503.
 *
 * Answers carry no headers beyond the necessary: in the handshake RingCentral counts them, up to 1024 bytes. So it
 * stands before the other routes; and it speaks to Node directly, since Hono's and the web's Request and Response would be
 * more than half of what a notification costs.
 */
export function webhookListener(deps: {
  /** What stands before a webhook's id in its address. */
  path: string
  db: Db
  /** Where notifications are stored. */
  pool: pg.Pool
  sealer: Sealer
  addressOf: AddressOf
  clock: Clock
  logger: Logger
}): (request: IncomingMessage, response: ServerResponse) => void {
  const { path, logger } = deps
  const door = openWebhookDoor(deps)
  const store = createNotificationStore(deps)

  async function take(request: IncomingMessage): Promise<WebhookAnswer> {
    if (request.method !== 'POST') return { status: 404, error: 'Not found' }
    const id = request.url?.slice(path.length).split('?', 1)[0] ?? ''
    // Who is known is read without a pause in between, for which Node would set the body aside.
    const known = door.recognise(request, id)
    const entered = known ? { webhook: known } : await door.enter(request, id)
    if ('answer' in entered) return entered.answer
    const { rcSubscriptionId, extension } = entered.webhook
    const notification = readNotification(await readBody(request, maxBytes))
    if (!notification) return { status: 400, error: 'Not a notification' }
    const { uuid, subscriptionId, ownerId, body } = notification
    // Until our own commit has followed RingCentral's answer, we do not know the subscription's id yet.
    const isOther = rcSubscriptionId !== null && subscriptionId !== rcSubscriptionId
    if (isOther || (ownerId !== undefined && ownerId !== extension.extensionId)) {
      logger.warn(
        { webhook: rcSubscriptionId },
        'A notification names another subscription, or owner of it, than its address',
      )
      return { status: 409, error: 'Another subscription' }
    }
    if (await store({ webhookId: id, uuid, body })) return { status: 200 }
    return door.refuse(request, id)
  }

  function answerTo(error: unknown, request: IncomingMessage): WebhookAnswer {
    if (error instanceof BodyTooLargeError) return { status: 413, error: 'Too large' }
    if (error instanceof TooManyWaitingError) {
      logger.warn('A notification could not be stored: too many wait for the database')
    } else if (isDatabaseUnavailable(error) && !request.errored) {
      logger.warn({ err: error }, 'A notification could not be stored: the database is away')
    } else if (!request.errored) {
      logger.error({ err: error }, 'A notification could not be stored')
    }
    return tryAgain
  }

  return (request, response) => {
    // What is late may still be stored; should RingCentral bring it again, that changes nothing.
    const timer = setTimeout(() => write(response, tryAgain), answerWithin)
    take(request)
      .catch((error) => answerTo(error, request))
      .then((answer) => {
        clearTimeout(timer)
        write(response, answer)
      })
  }
}

function write(response: ServerResponse, { status, error, headers }: WebhookAnswer): void {
  if (response.writableEnded) return
  const text = error === undefined ? '' : JSON.stringify({ error })
  response
    .writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      ...headers,
    })
    .end(text)
}
