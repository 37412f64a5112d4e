import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { isDatabaseUnavailable } from '../db/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { maxBytes, UploadFinishedError, UploadRefusedError } from './errors.ts'
import { tooLarge } from './inspect.ts'
import { MediaStoreUnavailableError } from './store.ts'
import type { Uploads } from './uploads.ts'

const statuses = { TOO_LARGE: 413, TYPE_NOT_TAKEN: 415, NOT_WHAT_IT_SAYS: 415 } as const
const tryAgainAfter = '10'

/** Takes the bytes of uploads from who has an address that we signed, piece by piece into the store. */
export function uploadRoutes({ uploads, logger }: { uploads: Uploads; logger: Logger }) {
  const routes = new Hono()

  // The address is all that it takes, so a page of any origin may use it; cookies play no part.
  routes.use(cors({ origin: '*', allowMethods: ['PUT'], maxAge: 600 }))

  routes.put('/:uploadId', async (c) => {
    const { uploadId } = c.req.param()
    c.header('Cache-Control', 'no-store')
    if (
      !uploads.isSigned(uploadId, Number(c.req.query('expires')), c.req.query('signature') ?? '')
    ) {
      const error = 'This address is not good, or not any more: make another one with createUpload'
      return c.json({ error }, 403)
    }
    try {
      // Said beforehand, it need not be sent first.
      if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw tooLarge()
      const upload = await uploads.take(uploadId, piecesOf(c.req.raw.body))
      if (!upload) return c.json({ error: 'Not found' }, 404)
      return c.json({ id: upload.id, status: upload.status })
    } catch (error) {
      // The rest of what is refused is not read.
      c.header('Connection', 'close')
      if (error instanceof UploadRefusedError) {
        const { code, reason, message } = error
        const status = reason in statuses ? statuses[reason as keyof typeof statuses] : 422
        return c.json({ error: message, code, reason }, status)
      }
      if (error instanceof UploadFinishedError) {
        return c.json({ error: error.message, code: error.code }, 409)
      }
      if (error instanceof BrokenOffError) {
        return c.json({ error: 'The bytes broke off: send them again to the same address' }, 400)
      }
      if (error instanceof MediaStoreUnavailableError || isDatabaseUnavailable(error)) {
        logger.warn({ err: error }, 'An upload could not be kept')
        c.header('Retry-After', tryAgainAfter)
        return c.json({ error: 'It cannot be kept now: send it again in a moment' }, 503)
      }
      throw error
    }
  })

  return routes
}

/** Its sender went away, or was cut off. */
class BrokenOffError extends Error {
  override name = 'BrokenOffError'
}

async function* piecesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (!body) return
  try {
    yield* body
  } catch (error) {
    throw new BrokenOffError('A request broke off', { cause: error })
  }
}
