import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import type { MediaAddresses, MediaName } from '../http/media-addresses.ts'
import { type Media, MediaGoneError } from '../http/media-routes.ts'
import type { MediaOptions } from '../ringcentral/media.ts'
import { attachmentsOf, type StoredAttachment } from './mailbox-facts.ts'

declare module '../graphql/context.ts' {
  interface Services {
    attachments: Attachments
  }
}

export type Attachments = ReturnType<typeof createAttachments>
export type Attachment = StoredAttachment & { url: string; expiresAt: Date }

/** What is attached to messages, by addresses of ours. */
export function createAttachments({
  db,
  access,
  addresses,
}: {
  db: Db
  access: ExtensionAccess
  addresses: MediaAddresses
}) {
  return {
    isSigned: addresses.isSigned,

    /** The attachments of a message, each with an address that is good for some minutes. */
    of(message: Pick<Message, 'id' | 'tenantId' | 'attachments' | 'deletedAt'>): Attachment[] {
      if (message.deletedAt) return []
      const { tenantId, id: ownerId } = message
      return attachmentsOf(message)
        .filter(isShown)
        .map((one) => ({
          ...one,
          ...addresses.addressOf({ tenantId, ownerId, mediaId: one.id }),
        }))
    },

    /**
     * An attachment, by the token of the extension in whose mailbox it lies. Undefined when there is no such
     * attachment, or the tenant may not have it now.
     *
     * @throws MediaGoneError, NotConnectedError, RetryLaterError, and what the client throws
     */
    async content(name: MediaName, options: MediaOptions): Promise<Media | undefined> {
      const { tenantId, ownerId, mediaId } = name
      const message = await db.message.findFirst({
        where: { id: ownerId, tenantId, tenant: { status: 'ACTIVE' } },
      })
      const attachment = message && attachmentsOf(message).find(({ id }) => id === mediaId)
      if (!message?.rcMessageId || !attachment) return undefined
      if (message.deletedAt) throw new MediaGoneError()
      const source = { messageId: message.rcMessageId, attachmentId: attachment.id }
      const media = await access.call(message.extensionRowId, (api) =>
        api.media.content(source, options),
      )
      return { ...media, fileName: attachment.fileName ?? nameOf(message, mediaId), inline: true }
    },
  }
}

/** What was said in a voicemail is its text. */
function isShown({ type }: StoredAttachment): boolean {
  return type !== 'AudioTranscription'
}

const nameOf = ({ type }: Pick<Message, 'type'>, id: string) => `${type.toLowerCase()}-${id}`
