import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { Clock } from '../lib/clock.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { tellReadStateJob } from './jobs.ts'
import { recordMessageChanged } from './status.ts'

/** Sending texts draws on the same 40 calls a minute, and somebody waits for these. */
const share = 0.4

/**
 * Tells RingCentral what was read here, oldest first. Telling twice does no harm, so a run that died is simply repeated.
 * The mark goes when RingCentral has answered, and stays if somebody has changed it once more meanwhile.
 */
export const tellReadState = ({
  db,
  eventLog,
  access,
  clock,
}: {
  db: Db
  eventLog: EventLog
  access: ExtensionAccess
  clock: Clock
}) => {
  return implementJob(tellReadStateJob, async ({ extensionRowId }, { signal, logger }) => {
    // As many as the budget allows: then RetryLaterError ends the run.
    while (!signal.aborted) {
      const message = await db.message.findFirst({
        where: { extensionRowId, readToTell: true },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      })
      if (!message) return
      try {
        await tell(message)
      } catch (error) {
        // Its user may connect again: the sweep finds what is left then.
        if (error instanceof NotConnectedError) return
        if (!(error instanceof RingCentralRefusedError)) throw error
        // Deleted there for good, or forbidden by the user's role: it stays what it is here.
        logger.info({ err: error, messageId: message.id }, 'RingCentral takes no read state')
        await db.message.updateMany({ where: { id: message.id }, data: { readToTell: false } })
      }
    }
  })

  async function tell({ id, extensionRowId, rcMessageId, isRead }: Message): Promise<void> {
    const messageId = rcMessageId ?? ''
    const readStatus = isRead ? 'Read' : 'Unread'
    await access.call(
      extensionRowId,
      ({ messages }) => messages.updateMessage(messageId, { readStatus }),
      { share },
    )
    const heard = { rcIsRead: isRead, readToldAt: clock.now() }
    await eventLog.transaction(async (tx, record) => {
      const [told] = await tx.message.updateManyAndReturn({
        where: { id, isRead },
        data: { ...heard, readToTell: false },
      })
      if (told) recordMessageChanged(record, told)
      else await tx.message.updateMany({ where: { id }, data: heard })
    })
  }
}
