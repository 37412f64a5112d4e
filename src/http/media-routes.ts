import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { RetryLaterError } from '../jobs/retry-later.ts'
import type { Clock } from '../lib/clock.ts'
import { BusinessError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { asTenant } from '../lib/request-scope.ts'
import { RingCentralError, RingCentralRefusedError } from '../ringcentral/errors.ts'
import type { MediaContent, MediaOptions } from '../ringcentral/media.ts'
import { RangeNotSatisfiableError } from './byte-range.ts'
import { type Conditions, conditionsIn } from './conditions.ts'
import { contentDisposition } from './content-disposition.ts'
import type { MediaAddresses, MediaName } from './media-addresses.ts'

/** It was there once; the message says where, for a person. */
export class MediaGoneError extends Error {
  override name = 'MediaGoneError'
  constructor(message: string = goneAtRingCentral) {
    super(message)
  }
}

const goneAtRingCentral = 'RingCentral does not have it any more'

/** We keep it, and cannot get at it now. */
export class MediaUnavailableError extends Error {
  override name = 'MediaUnavailableError'
}

const tryAgainAfter = '10'

/** Media, and how a browser shall take it. */
export type Media = MediaContent & {
  fileName: string
  /** Shown in the browser, if it is of a kind that is no page; else saved as a file. */
  inline?: boolean
  /** Tells these bytes from all others; undefined where that is not known. */
  etag?: string | undefined
}

/** What was asked for is what the client has already. */
export class NotModifiedError extends Error {
  override name = 'NotModifiedError'
  readonly etag: string
  constructor(etag: string) {
    super('Not modified')
    this.etag = etag
  }
}

/** How it was asked for. */
export type Asked = MediaOptions & Conditions

/** What players play and browsers show, and nobody's browser takes for a page: an SVG is one. */
const isHarmless =
  /^((audio|video)\/[\w.+-]+|image\/(png|jpe?g|gif|webp|bmp|tiff|hei[cf])|application\/pdf)$/

/**
 * Streams media to who has an address that we signed. `content` answers undefined
 * when there is no such thing, or the tenant may not have it now.
 */
export function mediaRoutes({
  addresses,
  content,
  clock,
  logger,
}: {
  addresses: Pick<MediaAddresses, 'isSigned'>
  content: (name: MediaName, options: Asked) => Promise<Media | undefined>
  clock: Clock
  logger: Logger
}) {
  const routes = new Hono()

  // The address is all that it takes, so a page of any origin may read it; cookies play no part.
  routes.use(
    cors({
      origin: '*',
      allowMethods: ['GET', 'HEAD'],
      exposeHeaders: [
        'Accept-Ranges',
        'Content-Disposition',
        'Content-Range',
        'ETag',
        'Retry-After',
      ],
      maxAge: 600,
    }),
  )

  routes.get('/:ownerId/:mediaId', async (c) => {
    const name = { tenantId: c.req.query('tenant') ?? '', ...c.req.param() }
    const expires = Number(c.req.query('expires'))
    c.header('Cache-Control', 'no-store')
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
    if (!addresses.isSigned(name, expires, c.req.query('signature') ?? '')) {
      return c.json({ error: 'This address is not good, or not any more: ask for a new one' }, 403)
    }
    const range = c.req.header('range')
    const conditions = conditionsIn((header) => c.req.header(header))
    try {
      const asked = { ...(range && { range }), ...conditions, signal: c.req.raw.signal }
      const media = await asTenant(name.tenantId, () => content(name, asked))
      return media ? await stream(c, media) : c.json({ error: 'Not found' }, 404)
    } catch (error) {
      if (error instanceof NotModifiedError) {
        c.header('ETag', error.etag)
        return c.body(null, 304)
      }
      if (error instanceof RetryLaterError) {
        const wait = Math.ceil((error.retryAt.getTime() - clock.now().getTime()) / 1000)
        c.header('Retry-After', String(Math.max(1, wait)))
        return c.json({ error: 'Too many requests' }, 429)
      }
      if (error instanceof BusinessError) {
        return c.json({ error: error.message }, error.code === 'NOT_CONNECTED' ? 409 : 403)
      }
      if (error instanceof MediaUnavailableError) {
        c.header('Retry-After', tryAgainAfter)
        return c.json({ error: 'It cannot be read now: try again in a moment' }, 503)
      }
      if (error instanceof RangeNotSatisfiableError) {
        c.header('Content-Range', `bytes */${error.size}`)
        return c.json({ error: 'There is no such range' }, 416)
      }
      if (error instanceof RingCentralRefusedError && error.status === 416) {
        return c.json({ error: 'There is no such range' }, 416)
      }
      if (error instanceof MediaGoneError) return c.json({ error: error.message }, 404)
      if (error instanceof RingCentralRefusedError && error.status === 404) {
        return c.json({ error: goneAtRingCentral }, 404)
      }
      if (error instanceof RingCentralRefusedError && error.status === 403) {
        const missing =
          error.permissionName && `: the permission ${error.permissionName} is missing`
        return c.json({ error: `RingCentral does not hand it out${missing ?? ''}` }, 403)
      }
      if (!(error instanceof RingCentralError)) throw error
      logger.info({ err: error, owner: name.ownerId }, 'Media could not be fetched')
      return c.json({ error: 'RingCentral does not hand it out' }, 502)
    }
  })

  return routes
}

async function stream(c: Context, media: Media): Promise<Response> {
  const [declared = ''] = media.contentType.toLowerCase().split(';', 1)
  const type = isHarmless.test(declared) ? declared : 'application/octet-stream'
  const isShown = media.inline === true && type === declared
  c.header('Content-Type', type)
  c.header('Content-Disposition', contentDisposition(isShown, media.fileName))
  // In a sandbox browsers do not show PDFs; their viewers are sandboxes of their own. They may stand in an application's frame.
  const isDocument = isShown && type === 'application/pdf'
  c.header(
    'Content-Security-Policy',
    isDocument ? "base-uri 'none'" : "default-src 'none'; sandbox",
  )
  c.header('Accept-Ranges', 'bytes')
  if (media.etag) c.header('ETag', media.etag)
  if (media.contentLength !== undefined) c.header('Content-Length', String(media.contentLength))
  if (media.contentRange) c.header('Content-Range', media.contentRange)
  if (c.req.method !== 'HEAD') return c.body(media.body, media.status === 206 ? 206 : 200)
  // Who only asks how it is does not read it.
  await media.body.cancel()
  return c.body(null, media.status === 206 ? 206 : 200)
}
