import type { Tx } from '../db/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { recordStep } from './status.ts'

/** Fails what still waits to be sent for extensions that are no longer connected. */
export async function failNotConnected(
  tx: Tx,
  record: RecordEvent,
  extensionRowIds: string[],
): Promise<void> {
  const { code, message } = new NotConnectedError()
  const failed = await tx.message.updateManyAndReturn({
    where: {
      extensionRowId: { in: extensionRowIds },
      direction: 'OUTBOUND',
      OR: [{ status: { in: ['QUEUED', 'SCHEDULED'] } }, { status: 'SENDING', mayRetry: true }],
    },
    data: { status: 'SENDING_FAILED', errorCode: code, errorMessage: message, mayRetry: false },
  })
  for (const each of failed) await recordStep(tx, record, each)
}
