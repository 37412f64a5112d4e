import { createMiddleware } from 'hono/factory'
import type { Db } from '../db/client.ts'
import { openVerificationToken } from '../extensions/verification-token.ts'
import { networkOf } from '../http/client-address.ts'
import type { Clock } from '../lib/clock.ts'
import { createLeakyBuckets } from '../lib/leaky-bucket.ts'
import { requestScope } from '../lib/request-scope.ts'
import type { Sealer } from '../lib/sealer.ts'
import { createSecret, isSecret, sameSecret } from '../lib/secrets.ts'
import { createWebhookFinder, type KnownWebhook } from './find-webhook.ts'

/** How many refusals an address, or an IPv6 network, may earn: RingCentral earns none, but for what we have just ended. */
const refusals = { capacity: 100, perMinute: 100 }
/** How often the database is asked on behalf of those who have earned more. */
const strangersRestMs = 250

/**
 * Lets in who knows both the address of a webhook and its token, before anything of the body is read. All others get one
 * and the same answer, so that an address cannot be found by trying; who has tried too often gets 429. RingCentral
 * may come from that very address, through one proxy: it waits a moment longer then, and is not refused.
 */
export function webhookDoor({ db, sealer, clock }: { db: Db; sealer: Sealer; clock: Clock }) {
  const find = createWebhookFinder(db, { restMs: 0 })
  const findForStrangers = createWebhookFinder(db, { restMs: strangersRestMs })
  const strangers = createLeakyBuckets(clock, refusals)
  const nobodysToken = createSecret()

  return createMiddleware<{ Variables: { webhook: KnownWebhook } }>(async (c, next) => {
    const id = c.req.param('id') ?? ''
    const address = networkOf(requestScope.getStore()?.address)
    const isStrange = strangers.pour(address, 0).left < 1
    // Postgres need not see what cannot be one.
    const webhook = isSecret(id) && (await (isStrange ? findForStrangers : find)(id))

    // The handshake comes while the subscription is being created, and possibly again later.
    const validationToken = c.req.header('validation-token')
    if (webhook && validationToken !== undefined) {
      return c.body(null, 200, {
        'Validation-Token': validationToken,
        'Content-Type': 'application/json',
      })
    }

    const token = webhook ? await openVerificationToken(sealer, webhook) : nobodysToken
    if (sameSecret(c.req.header('verification-token') ?? '', token) && webhook) {
      c.set('webhook', webhook)
      return next()
    }
    const { fits } = strangers.pour(address, 1)
    if (fits) return c.json({ error: 'Unauthorized' }, 401)
    return c.json({ error: 'Too many requests' }, 429, { 'Retry-After': '60' })
  })
}
