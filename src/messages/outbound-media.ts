import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock } from '../lib/clock.ts'
import { maxAttachments, maxBytes } from '../media/errors.ts'
import { MediaLostError, type MediaStore, MediaStoreUnavailableError } from '../media/store.ts'
import type { MmsFile } from '../ringcentral/messages.ts'
import { AttachmentError } from './errors.ts'
import { attachmentsOf, type StoredAttachment } from './mailbox-facts.ts'

/** An attachment that we promised to send is not in the store any more, and never will be. */
export class AttachmentLostError extends Error {
  override name = 'AttachmentLostError'
}

/** @throws AttachmentError */
export function parseAttachments(given: readonly string[] | null | undefined): string[] {
  const ids = [...(given ?? [])]
  if (ids.length > maxAttachments) {
    throw new AttachmentError(
      'TOO_MANY',
      null,
      `A text takes at most ${maxAttachments} attachments, and these are ${ids.length}: send them as several.`,
    )
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice) throw new AttachmentError('TWICE', twice, `\`attachments\` names ${twice} twice.`)
  return ids
}

/**
 * Uploads as a message shows them.
 *
 * @throws AttachmentError when a tenant's text cannot have them
 */
export async function attachmentsFrom(
  db: Db,
  tenantId: string,
  uploadIds: readonly string[],
): Promise<StoredAttachment[]> {
  if (uploadIds.length === 0) return []
  const uploads = await db.upload.findMany({
    where: { tenantId, id: { in: [...uploadIds] } },
    include: { media: true },
  })
  const attachments = uploadIds.map((id): StoredAttachment & { sizeBytes: number } => {
    const upload = uploads.find((one) => one.id === id)
    if (!upload) throw notFound(id)
    const { fileName, media } = upload
    if (!media) {
      const message = `The bytes of ${id} are not here yet: PUT them to its \`url\` first.`
      throw new AttachmentError('NOT_READY', id, message)
    }
    const { contentType, sizeBytes } = media
    return { id, type: 'MmsAttachment', contentType, fileName, sizeBytes, durationSeconds: null }
  })
  const together = attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (together > maxBytes) {
    throw new AttachmentError(
      'TOO_LARGE_TOGETHER',
      null,
      `The attachments have ${together} bytes together, and RingCentral takes at most ${maxBytes}: make them smaller, or send several texts.`,
    )
  }
  return attachments
}

/**
 * Holds the bytes of uploads for a message that is written in the same transaction: nobody removes them
 * from now on.
 *
 * @throws AttachmentError when somebody just has
 */
export async function useUploads(tx: Tx, message: Message): Promise<void> {
  const { id: messageId, tenantId, createdAt } = message
  const uploadIds = attachmentsOf(message).map(({ id }) => id)
  if (uploadIds.length === 0) return
  const held = await tx.$executeRaw`
    INSERT INTO "MediaUse" ("messageId", "attachmentId", "tenantId", "status", "mediaId", "createdAt")
    SELECT ${messageId}, upload."id", ${tenantId}, 'KEPT', media."id", ${createdAt}
    FROM "Upload" AS upload JOIN "Media" AS media ON media."id" = upload."mediaId"
    WHERE upload."id" = ANY(${uploadIds}) AND upload."tenantId" = ${tenantId}
    FOR KEY SHARE OF media`
  if (held < uploadIds.length) throw notFound(uploadIds.join(', '))
}

/** The same bytes once more, for a message that repeats another one. */
export async function useMediaOf(tx: Tx, original: Message, repeated: Message): Promise<void> {
  const uses = await tx.mediaUse.findMany({ where: { messageId: original.id } })
  await tx.mediaUse.createMany({
    data: uses.map((use) => ({ ...use, messageId: repeated.id, createdAt: repeated.createdAt })),
  })
}

/**
 * The files of a message that is about to leave, whole: at most 1.5 MB, for as long as the request takes.
 * They are read before it begins: what fails here has not left.
 *
 * @throws AttachmentLostError, RetryLaterError while the store cannot be read
 */
export async function filesOf(
  { db, store, clock, restMs }: { db: Db; store: MediaStore; clock: Clock; restMs: number },
  message: Message,
): Promise<MmsFile[]> {
  const attachments = attachmentsOf(message)
  if (attachments.length === 0) return []
  const uses = await db.mediaUse.findMany({
    where: { messageId: message.id },
    include: { media: true },
  })
  const files: MmsFile[] = []
  for (const { id, fileName } of attachments) {
    const media = uses.find(({ attachmentId }) => attachmentId === id)?.media
    if (!media) throw new AttachmentLostError(id)
    const { contentType } = media
    try {
      const content = await new Response(await store.read(media.id), {
        headers: { 'content-type': contentType },
      }).blob()
      if (content.size !== media.sizeBytes) throw new MediaLostError(media.id)
      files.push({ fileName: fileName ?? id, content })
    } catch (error) {
      if (error instanceof MediaLostError) throw new AttachmentLostError(id, { cause: error })
      if (!(error instanceof MediaStoreUnavailableError)) throw error
      const retryAt = after(clock.now(), restMs)
      throw new RetryLaterError('The store of attachments cannot be read', retryAt)
    }
  }
  return files
}

function notFound(uploadId: string): AttachmentError {
  return new AttachmentError(
    'NOT_FOUND',
    uploadId,
    `There is no upload ${uploadId}. One that no message has used is gone after 24 hours: hand it in again with \`createUpload\`.`,
  )
}
