import type { Message } from '../db/generated/client/client.ts'
import { createBatch } from '../graphql/batch.ts'
import { tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { explainMessageError, isRcCode, type MessageError } from './error-codes.ts'

/**
 * What is wrong with a message: why it failed, what keeps it waiting, or that nobody reports of it. Null
 * when all is well.
 */
export async function errorOfMessage(
  context: Context,
  message: Message,
): Promise<MessageError | null> {
  const { id, status, errorCode, unreportedCode } = message
  if (status === 'SENT' && unreportedCode) return explainMessageError(unreportedCode)
  if (errorCode) {
    const error = explainMessageError(errorCode)
    // What RingCentral said last, where we ended the waiting.
    return error.rcCode ? error : { ...error, rcCode: await lastRcCode(context, id) }
  }
  if (status !== 'SENDING') return null
  const rcCode = await lastRcCode(context, id)
  // It is tried again by itself: sending it once more would make two of it.
  return rcCode ? { ...explainMessageError(rcCode), retryable: false } : null
}

/** RingCentral's last no to a message; those of a page are one query. */
const lastRcCode = createBatch<string, string | null>(async (context, messageIds) => {
  const attempts = await context.db.messageAttempt.findMany({
    where: {
      tenantId: tenantOf(context),
      messageId: { in: [...messageIds] },
      errorCode: { not: null },
    },
    orderBy: { number: 'desc' },
    distinct: ['messageId'],
    select: { messageId: true, errorCode: true },
  })
  const codes = new Map(attempts.map(({ messageId, errorCode }) => [messageId, errorCode]))
  return messageIds.map((id) => {
    const code = codes.get(id)
    return isRcCode(code) ? code : null
  })
})
