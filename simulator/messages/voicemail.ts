import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Notifier } from '../notifications/notifier.ts'
import { tone } from '../tone.ts'
import type { Extension } from '../world/world.ts'
import type { Mailboxes } from './mailboxes.ts'
import type { Mailroom } from './mailroom.ts'
import type { Attachment, Message, Party } from './message.ts'

/** Puts what a caller said after the beep into the mailbox of whoever did not pick up. */
export function createVoicemail(needs: {
  clock: Clock
  ids: Ids
  mailroom: Mailroom
  mailboxes: Mailboxes
  notifier: Notifier
}) {
  const { clock, ids, mailroom, mailboxes, notifier } = needs

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
      transcribedAfterMs = 0,
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
        attachments: [sound],
      })
      if (transcription !== undefined) {
        const write = () => message.attachments.push(transcribed(transcription))
        if (transcribedAfterMs === 0) write()
        else {
          message.isBeingTranscribed = true
          clock.setTimer(transcribedAfterMs, () => {
            message.isBeingTranscribed = false
            write()
            mailboxes.touch(message)
            notifier.mailboxChanged(message, 'updated')
          })
        }
      }
      notifier.messageArrived(message)
      notifier.mailboxChanged(message, 'new')
      return message
    },
  }
}

export type Voicemail = ReturnType<typeof createVoicemail>
