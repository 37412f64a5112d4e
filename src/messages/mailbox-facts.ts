import { isDeepStrictEqual } from 'node:util'
import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import { recordMessageChanged } from './status.ts'

/** What RingCentral keeps with a message, as `Message.attachments` stores it. */
export type StoredAttachment = {
  id: string
  /** RingCentral's word, for example `AudioRecording`. */
  type: string | null
  contentType: string | null
  fileName: string | null
  sizeBytes: number | null
  durationSeconds: number | null
}

/** What may change about a message long after it came in. What RingCentral does not tell is left out: no news. */
export type MailboxFacts = Partial<Pick<Message, 'isRead' | 'durationSeconds' | 'pageCount'>> & {
  attachments: StoredAttachment[]
  deletedAt: Date | null
}

export function mailboxFacts(record: MessageRecord): MailboxFacts {
  const attachments = record.attachments
    // The words of a text, which we have.
    .filter(({ type }) => type !== 'Text')
    .map(({ id, type, contentType, fileName, size, vmDuration }) => ({
      id,
      type: type ?? null,
      contentType: contentType ?? null,
      fileName: fileName === undefined ? null : storable(fileName),
      sizeBytes: size ?? null,
      durationSeconds: vmDuration === undefined ? null : Math.round(vmDuration),
    }))
  const durationSeconds = attachments.find((one) => one.durationSeconds !== null)?.durationSeconds
  return {
    ...(record.readStatus !== undefined && { isRead: record.readStatus === 'Read' }),
    ...(durationSeconds != null && { durationSeconds }),
    ...(record.faxPageCount !== undefined && { pageCount: record.faxPageCount }),
    attachments,
    // A record that tells all this is there.
    deletedAt: null,
  }
}

/** Postgres stores neither U+0000 nor half a character, which RingCentral may well pass on. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed()
}

export function attachmentsOf({ attachments }: Pick<Message, 'attachments'>): StoredAttachment[] {
  return attachments as StoredAttachment[]
}

/** Where RingCentral has what was said in a voicemail, written down. */
export function transcriptionOf(message: Pick<Message, 'attachments'>): string | undefined {
  return attachmentsOf(message).find(({ type }) => type === 'AudioTranscription')?.id
}

/** Brings a message up to what RingCentral tells of it now, with an event if that is news. */
export async function refreshMessage(
  tx: Tx,
  record: RecordEvent,
  known: Message,
  facts: Partial<
    Omit<MailboxFacts, 'isRead'> & Pick<Message, 'text' | 'unreportedCode' | 'rcMessageId'>
  >,
): Promise<Message> {
  const news = Object.entries(facts).filter(
    ([field, value]) => !isDeepStrictEqual(known[field as keyof Message], value),
  )
  if (news.length === 0) return known
  const message = await tx.message.update({
    where: { id: known.id },
    data: Object.fromEntries(news),
  })
  recordMessageChanged(record, message)
  return message
}
