import { recordConsent } from '../consents/record-consent.ts'
import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { explainSendingError } from '../ringcentral/sms-errors.ts'
import { cancelOptedOut } from './cancel-opted-out.ts'

/**
 * A text that was not delivered because its recipient has opted out tells so of all others. It tells of the
 * moment at which it was sent: who has texted START since then is not meant. Of a group nobody knows who it is.
 */
export async function believeOptOut(
  tx: Tx,
  record: RecordEvent,
  message: Message | undefined,
): Promise<void> {
  const [other, ...more] = message?.to ?? []
  if (!message?.errorCode || other === undefined || more.length > 0) return
  if (explainSendingError(message.errorCode).code !== 'RECIPIENT_OPTED_OUT') return
  const { id: messageId, tenantId, from: number } = message
  const last = await tx.messageAttempt.findFirst({
    where: { messageId },
    orderBy: { number: 'desc' },
  })
  if (!last) return
  const changed = await recordConsent(tx, record, {
    ...{ tenantId, number, other, at: last.startedAt },
    status: 'OPTED_OUT',
    source: 'RINGCENTRAL',
  })
  if (changed) await cancelOptedOut(tx, record, changed)
}
