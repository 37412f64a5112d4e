import type { Db } from '../db/client.ts'
import type { Media as MediaRow, MediaUse, Message } from '../db/generated/client/client.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { createBatch } from '../graphql/batch.ts'
import type { Context } from '../graphql/context.ts'
import { parseByteRange } from '../http/byte-range.ts'
import { has, mayContinue } from '../http/conditions.ts'
import type { MediaAddresses, MediaName } from '../http/media-addresses.ts'
import {
  type Asked,
  type Media,
  MediaGoneError,
  MediaUnavailableError,
  NotModifiedError,
} from '../http/media-routes.ts'
import { kindOfId } from '../lib/ids.ts'
import { MediaLostError, type MediaStore, MediaStoreUnavailableError } from '../media/store.ts'
import { attachmentsOf, type StoredAttachment } from './mailbox-facts.ts'

declare module '../graphql/context.ts' {
  interface Services {
    attachments: Attachments
  }
}

export type Attachments = ReturnType<typeof createAttachments>
export type AttachmentState = 'KEPT' | 'FETCHING' | 'NOT_FETCHED' | 'AT_RINGCENTRAL'
export type Attachment = StoredAttachment & {
  state: AttachmentState
  sha256: string | null
  url: string
  expiresAt: Date
}

/** What is attached to messages, by addresses of ours: from our store where it is, else from RingCentral. */
export function createAttachments({
  db,
  access,
  store,
  addresses,
}: {
  db: Db
  access: ExtensionAccess
  store: MediaStore
  addresses: MediaAddresses
}) {
  return {
    isSigned: addresses.isSigned,

    /** The attachments of a message, each with an address that is good for some minutes. */
    async of(
      context: Context,
      message: Pick<Message, 'id' | 'tenantId' | 'attachments' | 'deletedAt'>,
    ): Promise<Attachment[]> {
      const attachments = attachmentsOf(message).filter(isShown)
      if (attachments.length === 0) return []
      const { tenantId, id: ownerId, deletedAt } = message
      const uses = await usesOf(context, ownerId)
      return attachments
        .filter(({ id }) => !deletedAt || uses.get(id)?.media)
        .map((one) => {
          const use = uses.get(one.id)
          const { sizeBytes = one.sizeBytes, sha256 = null } = use?.media ?? {}
          const address = addresses.addressOf({ tenantId, ownerId, mediaId: one.id })
          return { ...one, state: stateOf(use), sizeBytes, sha256, ...address }
        })
    },

    /**
     * An attachment: as we keep it, or by the token of the extension in whose mailbox it lies. Undefined
     * when there is no such attachment, or the tenant may not have it now.
     *
     * @throws NotModifiedError, MediaGoneError, MediaUnavailableError, RangeNotSatisfiableError,
     *   NotConnectedError, RetryLaterError, and what the client throws
     */
    async content(name: MediaName, asked: Asked): Promise<Media | undefined> {
      const { tenantId, ownerId, mediaId } = name
      const message = await db.message.findFirst({
        where: { id: ownerId, tenantId, tenant: { status: 'ACTIVE' } },
        include: { media: { where: { attachmentId: mediaId }, include: { media: true } } },
      })
      const attachment = message && attachmentsOf(message).find(({ id }) => id === mediaId)
      if (!attachment) return undefined
      const shown = { fileName: attachment.fileName ?? nameOf(message, mediaId), inline: true }
      const kept = message.media[0]?.media
      // What we sent RingCentral has as well, but under an id that nobody told us.
      const isAtRingCentral = kindOfId(mediaId) !== 'Upload' && !message.deletedAt
      if (kept) {
        try {
          return { ...(await fromStore(kept, asked)), ...shown }
        } catch (error) {
          const isGone = error instanceof MediaLostError
          if (!isGone && !(error instanceof MediaStoreUnavailableError)) throw error
          if (!isAtRingCentral)
            throw isGone ? new MediaGoneError(lostHere) : new MediaUnavailableError()
        }
      }
      if (!message.rcMessageId || !isAtRingCentral) throw new MediaGoneError()
      const source = { messageId: message.rcMessageId, attachmentId: attachment.id }
      const media = await access.call(message.extensionRowId, (api) =>
        api.media.content(source, asked),
      )
      return { ...media, ...shown }
    },
  }

  async function fromStore({ id, contentType, sizeBytes, sha256 }: MediaRow, asked: Asked) {
    const etag = `"${sha256}"`
    if (has(asked, etag)) throw new NotModifiedError(etag)
    const isPart = mayContinue(asked, etag)
    const range = isPart ? parseByteRange(asked.range, sizeBytes) : undefined
    return {
      etag,
      status: range ? 206 : 200,
      contentType,
      contentLength: range ? range.end - range.start + 1 : sizeBytes,
      contentRange: range && `bytes ${range.start}-${range.end}/${sizeBytes}`,
      requestId: undefined,
      body: await store.read(id, range),
    }
  }
}

type Use = MediaUse & { media: MediaRow | null }

/** What we keep of a message, or are about to, by the ids of its attachments. */
const usesOf = createBatch<string, Map<string, Use>>(async ({ db }, messageIds) => {
  const uses = await db.mediaUse.findMany({
    where: { messageId: { in: [...messageIds] } },
    include: { media: true },
  })
  const byMessage = Map.groupBy(uses, ({ messageId }) => messageId)
  return messageIds.map(
    (id) => new Map(byMessage.get(id)?.map((use) => [use.attachmentId, use] as const)),
  )
})

function stateOf(use: Use | undefined): AttachmentState {
  if (!use) return 'AT_RINGCENTRAL'
  if (use.status === 'WAITING') return 'FETCHING'
  return use.media ? 'KEPT' : 'NOT_FETCHED'
}

const lostHere = 'The gateway does not have it any more'

/** What was said in a voicemail is its text. */
function isShown({ type }: StoredAttachment): boolean {
  return type !== 'AudioTranscription'
}

const nameOf = ({ type }: Pick<Message, 'type'>, id: string) => `${type.toLowerCase()}-${id}`
