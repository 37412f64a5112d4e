import type { Message } from '../db/generated/client/client.ts'
import type { RingCentralApi } from '../ringcentral/client.ts'
import type { RingCentralError } from '../ringcentral/errors.ts'
import type { MmsFile, SentMessage } from '../ringcentral/messages.ts'
import { explainSendingError } from '../ringcentral/sms-errors.ts'
import { asRingCentralNames, colleaguesOf } from './colleagues.ts'

/** Hands a message to RingCentral, by the way that its type takes. */
export function handOver(
  { messages }: RingCentralApi,
  message: Message,
  files: readonly MmsFile[],
): Promise<SentMessage> {
  const { from, to, text } = message
  if (files.length > 0) return messages.sendMms({ from, to, text, files })
  if (message.type !== 'INTERNAL') return messages.sendSms({ from, to, text })
  return messages.sendInternalMessage({
    to: colleaguesOf(message).map(asRingCentralNames),
    text,
  })
}

/** Why RingCentral did not take it, and what to do, for a person. */
export function explainRefusal({ type }: Message, { code, status }: RingCentralError): string {
  const { code: family, cause, remedy } = explainSendingError(code)
  if (type !== 'INTERNAL') return `${cause} ${remedy}`
  if (family === 'RECIPIENT_NOT_FOUND' || family === 'RECIPIENT_REPEATED')
    return 'RingCentral knows no such colleague. Look with `directory`.'
  return `RingCentral did not accept the message (${code ?? status}).`
}
