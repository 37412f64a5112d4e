import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { readTranscriptionJob } from './jobs.ts'
import { refreshMessage, storable, transcriptionOf } from './mailbox-facts.ts'
import { syncShare } from './request-sync.ts'

/** Ten minutes of speech are some ten thousand characters. */
const longest = 100_000

/** Has the words of a voicemail read, if RingCentral has them and we do not. */
export async function requestTranscription(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  message: Message,
): Promise<void> {
  if (message.type !== 'VOICEMAIL' || message.text !== '' || !transcriptionOf(message)) return
  await queue.send(
    tx,
    readTranscriptionJob,
    { messageId: message.id },
    { singletonKey: message.id },
  )
}

/** Reads the words of a voicemail, which RingCentral keeps as a document of its own, into its text. */
export const readTranscription = ({
  db,
  eventLog,
  access,
}: {
  db: Db
  eventLog: EventLog
  access: ExtensionAccess
}) =>
  implementJob(readTranscriptionJob, async ({ messageId }, { signal, logger }) => {
    const message = await db.message.findUnique({ where: { id: messageId } })
    const attachmentId = message && transcriptionOf(message)
    if (!message?.rcMessageId || !attachmentId || message.text !== '' || message.deletedAt) return
    const source = { messageId: message.rcMessageId, attachmentId }
    try {
      const { body } = await access.call(
        message.extensionRowId,
        (api) => api.media.content(source, { signal }),
        { share: syncShare },
      )
      const text = storable((await new Response(body).text()).trim().slice(0, longest))
      await eventLog.transaction(async (tx, record) => {
        const now = await tx.message.findUniqueOrThrow({ where: { id: messageId } })
        await refreshMessage(tx, record, now, { text })
      })
    } catch (error) {
      // Taken back at RingCentral, or not ours to read: the sound is there all the same.
      if (!(error instanceof NotConnectedError || error instanceof RingCentralRefusedError)) {
        throw error
      }
      logger.info({ err: error, messageId }, 'A voicemail’s transcription cannot be read')
    }
  })
