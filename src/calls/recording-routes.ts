import { Hono } from 'hono'
import { NotConnectedError } from '../extensions/errors.ts'
import { GrantLacksScopeError } from '../extensions/ringcentral-refusals.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { RingCentralError, RingCentralRefusedError } from '../ringcentral/errors.ts'
import { FeatureDisabledError } from '../tenants/errors.ts'
import type { Recordings } from './recordings.ts'

/** What players can play and nobody's browser takes for a page. */
const isSound = /^(audio|video)\/[\w.+-]+$/

/** Streams recordings to who has an address that we signed. No byte is kept here. */
export function recordingRoutes({
  recordings,
  clock,
  logger,
}: {
  recordings: Recordings
  clock: Clock
  logger: Logger
}) {
  const routes = new Hono()

  routes.get('/:callId/:recordingId', async (c) => {
    const { callId, recordingId } = c.req.param()
    const name = { tenantId: c.req.query('tenant') ?? '', callId, recordingId }
    const expires = Number(c.req.query('expires'))
    c.header('Cache-Control', 'no-store')
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
    if (!recordings.isSigned(name, expires, c.req.query('signature') ?? '')) {
      return c.json({ error: 'This address is not good, or not any more: ask for a new one' }, 403)
    }
    const range = c.req.header('range')
    try {
      const media = await recordings.content(name, {
        ...(range && { range }),
        signal: c.req.raw.signal,
      })
      if (!media) return c.json({ error: 'Not found' }, 404)
      const type = isSound.test(media.contentType) ? media.contentType : 'application/octet-stream'
      c.header('Content-Type', type)
      c.header('Content-Disposition', `attachment; filename="recording-${safe(recordingId)}"`)
      c.header('Content-Security-Policy', "default-src 'none'; sandbox")
      c.header('Accept-Ranges', 'bytes')
      if (media.contentLength !== undefined) c.header('Content-Length', String(media.contentLength))
      if (media.contentRange) c.header('Content-Range', media.contentRange)
      return c.body(media.body, media.status === 206 ? 206 : 200)
    } catch (error) {
      if (error instanceof RetryLaterError) {
        const wait = Math.ceil((error.retryAt.getTime() - clock.now().getTime()) / 1000)
        c.header('Retry-After', String(Math.max(1, wait)))
        return c.json({ error: 'Too many requests' }, 429)
      }
      if (error instanceof NotConnectedError) return c.json({ error: error.message }, 409)
      if (error instanceof FeatureDisabledError || error instanceof GrantLacksScopeError) {
        return c.json({ error: error.message }, 403)
      }
      if (error instanceof RingCentralRefusedError && error.status === 416) {
        return c.json({ error: 'There is no such range' }, 416)
      }
      if (error instanceof RingCentralRefusedError && error.status === 404) {
        return c.json({ error: 'RingCentral does not have it any more' }, 404)
      }
      if (!(error instanceof RingCentralError)) throw error
      logger.info({ err: error, call: callId }, 'A recording could not be fetched')
      return c.json({ error: 'RingCentral does not hand it out' }, 502)
    }
  })

  return routes
}

const safe = (id: string) => id.replace(/[^\w-]/g, '')
