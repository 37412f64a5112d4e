/** What all servers deliver, and what all screens ask for: the same fields of the same length. */
export const watchTexts =
  'subscription { messageReceived { cursor occurredAt message { id direction status from to text createdAt } } }'

export const watchTextsOf =
  'subscription ($filter: MessageFilter) { messageReceived(filter: $filter) { cursor occurredAt message { id direction status from to text createdAt } } }'

/** The number that a text comes to; each screen may have one of its own. */
export const numberOf = (screen: number) => `+1202${5_550_000 + screen}`

export function textOf(n: number, number = numberOf(0)) {
  return {
    id: `msg_${String(n).padStart(26, '0')}`,
    direction: 'INBOUND',
    status: 'RECEIVED',
    from: '+14155550123',
    to: [number],
    text: `Your order ${String(n).padStart(6, '0')} is on its way, and should be with you tomorrow before noon.`,
    createdAt: '2026-11-22T12:00:00.000Z',
  }
}

export function eventOf(n: number, number?: string) {
  return {
    cursor: Buffer.from(`1:bench-tn:${String(n).padStart(6, '0')}`).toString('base64url'),
    occurredAt: '2026-11-22T12:00:00.000Z',
    message: textOf(n, number),
  }
}

/** Texts with these numbers are none of those that count: they tell how far a screen is. */
export const marks = { subscribed: 999_000, warm: 998_000 } as const
/** As they stand in a text. */
export const markOf = (which: keyof typeof marks) => `Your order ${marks[which] / 1_000}`

/**
 * How many texts a server is told to deliver at once, the first of which is `from`; `own`: each to the number of one
 * screen, in turn.
 */
export type Burst = { from: number; count: number; own?: boolean }
export const screenCount = 1_000
export const numberFor = (n: number, { own }: Burst) => numberOf(own ? n % screenCount : 0)
