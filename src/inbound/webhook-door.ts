import type { IncomingMessage } from 'node:http'
import type { Db } from '../db/client.ts'
import { openVerificationToken } from '../extensions/verification-token.ts'
import { type AddressOf, networkOf } from '../http/client-address.ts'
import type { Clock } from '../lib/clock.ts'
import { createLeakyBuckets } from '../lib/leaky-bucket.ts'
import type { Sealer } from '../lib/sealer.ts'
import { createSecret, isSecret, sameSecret } from '../lib/secrets.ts'
import { createFamiliarWebhooks } from './familiar-webhooks.ts'
import { createWebhookFinder, type KnownWebhook } from './find-webhook.ts'

export type WebhookAnswer = { status: number; error?: string; headers?: Record<string, string> }

/** How many refusals an address, or an IPv6 network, may earn: RingCentral earns none, but for what we have just ended. */
const refusals = { capacity: 100, perMinute: 100 }
/** How often the database is asked on behalf of those who have earned more. */
const strangersRestMs = 250

/**
 * Lets in who knows both the address of a webhook and its token, before anything of the body is read. All others get one
 * and the same answer, so that an address cannot be found by trying; who has tried too often gets 429. RingCentral
 * may come from that very address, through one proxy: it waits a moment longer then, and is not refused.
 */
export function openWebhookDoor({
  db,
  sealer,
  addressOf,
  clock,
}: {
  db: Db
  sealer: Sealer
  addressOf: AddressOf
  clock: Clock
}) {
  const familiar = createFamiliarWebhooks(clock)
  const find = createWebhookFinder(db, { restMs: 0 })
  const findForStrangers = createWebhookFinder(db, { restMs: strangersRestMs })
  const strangers = createLeakyBuckets(clock, refusals)
  const nobodysToken = createSecret()

  /** Also who was let in, when the webhook turns out to have ended meanwhile. */
  function refuse(request: IncomingMessage, id: string): WebhookAnswer {
    familiar.forget(id)
    if (strangers.pour(networkOf(addressOf(request)), 1).fits) {
      return { status: 401, error: 'Unauthorized' }
    }
    return { status: 429, error: 'Too many requests', headers: { 'Retry-After': '60' } }
  }

  /** At once, who came a moment ago, and is to be let in. */
  function recognise(request: IncomingMessage, id: string): KnownWebhook | undefined {
    if (request.headers['validation-token'] !== undefined) return undefined
    return familiar.find(id, tokenOf(request))
  }

  async function enter(
    request: IncomingMessage,
    id: string,
  ): Promise<{ webhook: KnownWebhook } | { answer: WebhookAnswer }> {
    const validationToken = request.headers['validation-token']
    const given = tokenOf(request)
    const isStrange = strangers.pour(networkOf(addressOf(request)), 0).left < 1
    // Postgres need not see what cannot be one.
    const webhook = isSecret(id) && (await (isStrange ? findForStrangers : find)(id))
    // The handshake comes while the subscription is being created, and possibly again later.
    if (webhook && validationToken !== undefined) {
      const headers = { 'Validation-Token': String(validationToken) }
      return { answer: { status: 200, headers } }
    }
    const token = webhook ? await openVerificationToken(sealer, webhook) : nobodysToken
    if (!sameSecret(given, token) || !webhook) return { answer: refuse(request, id) }
    familiar.add(webhook, token)
    return { webhook }
  }

  return { recognise, enter, refuse }
}

const tokenOf = (request: IncomingMessage) => String(request.headers['verification-token'] ?? '')
