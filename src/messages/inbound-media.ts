import type { Db, Tx } from '../db/client.ts'
import type { MediaUse, Message } from '../db/generated/client/client.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { keepMedia } from '../media/keep.ts'
import { type MediaStore, MediaStoreUnavailableError } from '../media/store.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { fetchMediaJob } from './jobs.ts'
import { attachmentsOf } from './mailbox-facts.ts'

/** They come out of the calls with which texts are sent: most of them are left to these. */
const mediaShare = 0.4
/** Far more than carriers pass on; what is larger is served from RingCentral. */
const largest = 25_000_000

/** Has the pictures of a text fetched, each once. What waits stands in our tables: a lost job is made again. */
export async function requestMedia(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  message: Message,
): Promise<void> {
  const { id: messageId, tenantId, type } = message
  const attachments = type === 'SMS' ? attachmentsOf(message) : []
  if (attachments.length === 0) return
  const { count } = await tx.mediaUse.createMany({
    data: attachments.map(({ id: attachmentId }) => ({
      messageId,
      attachmentId,
      tenantId,
      status: 'WAITING',
    })),
    skipDuplicates: true,
  })
  if (count > 0) await queue.send(tx, fetchMediaJob, { messageId }, { singletonKey: messageId })
}

/** Fetches what came with a text into our store, where it outlives its deletion at RingCentral. */
export const fetchMedia = ({
  db,
  access,
  store,
  clock,
}: {
  db: Db
  access: ExtensionAccess
  store: MediaStore
  clock: Clock
}) => {
  return implementJob(fetchMediaJob, async ({ messageId }, { signal, logger }) => {
    const message = await db.message.findUnique({
      where: { id: messageId },
      include: { media: { where: { status: 'WAITING' } } },
    })
    for (const use of message?.media ?? []) {
      try {
        if (message) await fetchOne(message, use, signal)
      } catch (error) {
        // Waits for the user to connect again: the sweep comes back to it.
        if (error instanceof NotConnectedError) return
        if (error instanceof MediaStoreUnavailableError) {
          logger.warn(
            { err: error, messageId },
            'A picture could not be kept; it will be tried again',
          )
          throw new RetryLaterError('The media store is down', after(clock.now(), minutes(1)))
        }
        if (!(error instanceof RingCentralRefusedError || error instanceof TooLargeError))
          throw error
        logger.info({ err: error, messageId }, 'An attachment stays at RingCentral')
        const { attachmentId } = use
        await db.mediaUse.updateMany({
          where: { messageId, attachmentId, status: 'WAITING' },
          data: { status: 'LOST' },
        })
      }
    }
  })

  async function fetchOne(message: Message, use: MediaUse, signal: AbortSignal): Promise<void> {
    const { messageId, attachmentId, tenantId } = use
    const attachment = attachmentsOf(message).find(({ id }) => id === attachmentId)
    if (!message.rcMessageId || !attachment) throw new Error(`${messageId} has no ${attachmentId}`)
    const source = { messageId: message.rcMessageId, attachmentId }
    const { body, contentType } = await access.call(
      message.extensionRowId,
      (api) => api.media.content(source, { signal }),
      { share: mediaShare },
    )
    const media = {
      tenantId,
      bytes: upTo(largest, body),
      contentType: () => attachment.contentType ?? contentType,
    }
    await keepMedia({ db, store, clock }, media, async (tx, mediaId) => {
      const { count } = await tx.mediaUse.updateMany({
        where: { messageId, attachmentId, status: 'WAITING' },
        data: { status: 'KEPT', mediaId },
      })
      return count === 1
    })
  }
}

class TooLargeError extends Error {
  override name = 'TooLargeError'
}

async function* upTo(limit: number, body: ReadableStream<Uint8Array>) {
  let sizeBytes = 0
  for await (const piece of body) {
    sizeBytes += piece.length
    if (sizeBytes > limit) throw new TooLargeError()
    yield piece
  }
}
