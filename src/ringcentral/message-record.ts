/**
 * One record of the message store, as lists, single reads, syncs and `instant` notifications all
 * carry it.
 */
import { z } from 'zod'
import { parseMessageStatus } from './message-status.ts'
import { id, listOf, maybe, party, time } from './values.ts'

export type MessageType = 'SMS' | 'Pager' | 'VoiceMail' | 'Fax'

const messageStatus = z.unknown().optional().transform(parseMessageStatus)

const recipient = party.extend({
  /** In a group message: this entry is the mailbox's own number. */
  target: maybe(z.boolean()),
  messageStatus,
})

const attachment = z.object({
  id,
  uri: maybe(z.string()),
  /** `Text`, `MmsAttachment`, `AudioRecording`, `AudioTranscription`, `RenderedDocument`, ... */
  type: maybe(z.string()),
  contentType: maybe(z.string()),
  fileName: maybe(z.string()),
  size: maybe(z.number()),
  /** Seconds of sound, of a voicemail. */
  vmDuration: maybe(z.number()),
})

export const messageRecord = z
  .object({
    id,
    type: maybe(z.string()),
    direction: maybe(z.enum(['Inbound', 'Outbound'])),
    from: maybe(party),
    to: listOf(recipient),
    subject: maybe(z.string()),
    creationTime: maybe(time),
    lastModifiedTime: maybe(time),
    smsDeliveryTime: maybe(time),
    messageStatus,
    deliveryErrorCode: maybe(z.string()),
    segmentCount: maybe(z.number()),
    vmTranscriptionStatus: maybe(z.string()),
    faxPageCount: maybe(z.number()),
    faxResolution: maybe(z.string()),
    readStatus: maybe(z.string()),
    availability: maybe(z.string()),
    conversation: maybe(z.object({ id })),
    conversationId: maybe(id),
    attachments: listOf(attachment),
    owner: maybe(z.object({ extensionId: maybe(id) })),
  })
  .transform((record, context) => {
    const creationTime = record.creationTime ?? record.lastModifiedTime
    if (!creationTime) {
      context.addIssue({ code: 'custom', message: 'no time', path: ['creationTime'] })
      return z.NEVER
    }
    return {
      id: record.id,
      /**
       * `SMS` for MMS too; only the attachments tell them apart. Also `Pager`, `Fax`, `VoiceMail`,
       * `Text`.
       */
      type: record.type,
      direction: record.direction ?? (record.messageStatus === 'received' ? 'Inbound' : 'Outbound'),
      from: record.from,
      to: record.to.map(({ messageStatus: status, ...rest }) => ({ ...rest, status })),
      /** RingCentral's `subject`. */
      text: record.subject ?? '',
      creationTime,
      lastModifiedTime: record.lastModifiedTime,
      deliveredAt: record.smsDeliveryTime,
      status: record.messageStatus,
      /** `SMS-RC-413` and its kind; see sms-errors.ts. */
      deliveryErrorCode: record.deliveryErrorCode,
      segmentCount: record.segmentCount,
      /** `NotAvailable`, `InProgress`, `Completed`, ...; then an attachment `AudioTranscription`. */
      vmTranscriptionStatus: record.vmTranscriptionStatus,
      faxPageCount: record.faxPageCount,
      /** `High` or `Low`. */
      faxResolution: record.faxResolution,
      /** `Read` or `Unread`. */
      readStatus: record.readStatus,
      /** `Alive`, `Deleted` or `Purged`. */
      availability: record.availability,
      conversationId: record.conversation?.id ?? record.conversationId,
      attachments: record.attachments,
      ownerExtensionId: record.owner?.extensionId,
    } as const
  })

export type MessageRecord = z.output<typeof messageRecord>
