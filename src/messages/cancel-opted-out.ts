import type { Tx } from '../db/client.ts'
import type { Consent, Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { recordSteps } from './status.ts'

/** Of a message that does not leave any more because somebody among its recipients opted out. */
export const optedOut = {
  status: 'CANCELED',
  errorCode: 'RECIPIENT_OPTED_OUT',
  errorMessage:
    'A recipient has opted out of texts from this number. Do not text them again unless they text START.',
  mayRetry: false,
} as const

/**
 * Takes back all that waits to be sent to somebody who has just opted out, group texts among it. Passes over
 * what somebody else holds at this moment: who sends it asks for consent once more, and who waits for
 * messages while holding a consent might wait for ever.
 *
 * @returns what was taken back
 */
export async function cancelOptedOut(
  tx: Tx,
  record: RecordEvent,
  { tenantId, number, other }: Pick<Consent, 'tenantId' | 'number' | 'other'>,
): Promise<Message[]> {
  const waiting = await tx.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Message"
    WHERE "tenantId" = ${tenantId} AND "from" = ${number} AND "direction" = 'OUTBOUND' AND "type" = 'SMS'
      AND "status" IN ('QUEUED', 'SCHEDULED', 'SENDING') AND ("status" <> 'SENDING' OR "mayRetry")
      AND ${other} = ANY("to") AND "purpose" IS DISTINCT FROM 'HELP_REPLY'
    FOR NO KEY UPDATE SKIP LOCKED`
  const canceled = await tx.message.updateManyAndReturn({
    where: { id: { in: waiting.map(({ id }) => id) } },
    data: optedOut,
  })
  await recordSteps(tx, record, canceled)
  return canceled
}
