import type { Call } from '../calls/call.ts'
import type { Ids } from '../ids.ts'
import type { Notifier } from '../notifications/notifier.ts'
import type { Extension } from '../world/world.ts'
import type { Mailroom } from './mailroom.ts'
import type { Message } from './message.ts'

/** Puts what a caller said after the beep into the mailbox of whoever did not pick up. */
export function createVoicemail(needs: { ids: Ids; mailroom: Mailroom; notifier: Notifier }) {
  const { ids, mailroom, notifier } = needs

  return {
    leave(extension: Extension, call: Call, durationSeconds: number): Message {
      const party = ({ phoneNumber, name, extensionId }: Call['from']) => ({
        phoneNumber,
        name,
        extensionId,
      })
      const message = mailroom.store(extension, {
        type: 'VoiceMail',
        direction: 'Inbound',
        status: 'Received',
        readStatus: 'Unread',
        from: party(call.from),
        to: [{ ...party(call.to), status: 'Received' }],
        text: 'Voicemail',
        attachments: [
          { id: ids.numeric(), contentType: 'audio/wav', content: recording, durationSeconds },
        ],
      })
      notifier.messageArrived(message)
      notifier.mailboxChanged(message, 'new')
      return message
    },
  }
}

export type Voicemail = ReturnType<typeof createVoicemail>

/** A tenth of a second of a beep: a real sound file, and the same for everybody. */
const recording = beep()

function beep(): Uint8Array {
  const rate = 8000
  const samples = rate / 10
  const file = Buffer.alloc(44 + samples)
  file.write('RIFF', 0)
  file.writeUInt32LE(36 + samples, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20) // PCM
  file.writeUInt16LE(1, 22) // mono
  file.writeUInt32LE(rate, 24)
  file.writeUInt32LE(rate, 28)
  file.writeUInt16LE(1, 32)
  file.writeUInt16LE(8, 34)
  file.write('data', 36)
  file.writeUInt32LE(samples, 40)
  for (let index = 0; index < samples; index++) {
    file[44 + index] = 128 + Math.round(90 * Math.sin((index / rate) * 2 * Math.PI * 880))
  }
  return file
}
