import type { Ids } from '../ids.ts'
import type { Notifier } from '../notifications/notifier.ts'
import { tone } from '../tone.ts'
import type { Extension } from '../world/world.ts'
import type { Mailroom } from './mailroom.ts'
import type { Attachment, Message, Party } from './message.ts'

/** Puts what a caller said after the beep into the mailbox of whoever did not pick up. */
export function createVoicemail(needs: { ids: Ids; mailroom: Mailroom; notifier: Notifier }) {
  const { ids, mailroom, notifier } = needs

  const transcribed = (text: string): Attachment => ({
    id: ids.numeric(),
    type: 'AudioTranscription',
    contentType: 'text/plain',
    content: Buffer.from(text),
  })

  return {
    leave(
      extension: Extension,
      call: { from: Party; to: Party },
      seconds: number,
      transcription?: string,
    ): Message {
      const party = ({ phoneNumber, name, extensionId }: Party) => ({
        phoneNumber,
        name,
        extensionId,
      })
      const sound: Attachment = {
        id: ids.numeric(),
        type: 'AudioRecording',
        contentType: 'audio/wav',
        content: tone(seconds),
        durationSeconds: seconds,
      }
      const message = mailroom.store(extension, {
        type: 'VoiceMail',
        direction: 'Inbound',
        status: 'Received',
        readStatus: 'Unread',
        from: party(call.from),
        to: [{ ...party(call.to), status: 'Received' }],
        text: 'Voicemail',
        attachments: transcription === undefined ? [sound] : [sound, transcribed(transcription)],
      })
      notifier.messageArrived(message)
      notifier.mailboxChanged(message, 'new')
      return message
    },
  }
}

export type Voicemail = ReturnType<typeof createVoicemail>
