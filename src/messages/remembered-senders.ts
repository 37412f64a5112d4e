import type { FoundSender } from './sending-number.ts'

/** Numbers that nobody texts from make room for others. */
const most = 1_000

export type RememberedSenders = ReturnType<typeof createRememberedSenders>

/**
 * The numbers that have sent of late, as they were when they were last asked about. What is taken by what is remembered,
 * `acceptTexts` compares with how it is: what has changed since (`seen`) is asked about again.
 */
export function createRememberedSenders() {
  const senders = new Map<string, FoundSender>()
  const nameOf = (tenantId: string, from: string) => `${tenantId} ${from}`

  return {
    remember(tenantId: string, sender: FoundSender): void {
      senders.set(nameOf(tenantId, sender.number.phoneNumber), { ...sender, optedOut: [] })
      const [oldest] = senders.keys()
      if (senders.size > most && oldest !== undefined) senders.delete(oldest)
    },

    /** With nobody who has opted out: that is looked at when a text is taken. */
    recall(tenantId: string, from: string): FoundSender | undefined {
      const name = nameOf(tenantId, from)
      const sender = senders.get(name)
      if (!sender) return undefined
      senders.delete(name)
      senders.set(name, sender)
      return sender
    },
  }
}
