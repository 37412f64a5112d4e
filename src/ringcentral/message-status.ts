/**
 * What RingCentral says of a message. `sent` is often the last word: US carriers do not reliably
 * report delivery. Only `sent` to `delivered` or `delivery-failed` is a way back from a final
 * state; later regressions are noise.
 */
export type RingCentralMessageStatus =
  | 'queued'
  | 'sent'
  | 'delivered'
  | 'delivery-failed'
  | 'sending-failed'
  | 'received'

const statuses = new Map<string, RingCentralMessageStatus>(
  Object.entries({
    queued: 'queued',
    sent: 'sent',
    delivered: 'delivered',
    deliveryfailed: 'delivery-failed',
    sendingfailed: 'sending-failed',
    received: 'received',
  } as const),
)

/**
 * Reads `messageStatus`; undefined when absent or new to us, which is no news rather than bad news.
 */
export function parseMessageStatus(value: unknown): RingCentralMessageStatus | undefined {
  return typeof value === 'string' ? statuses.get(value.toLowerCase()) : undefined
}
