import type { Hint, Hints } from './hints.ts'

/** Brings a text to the other processes. */
export type Carrier = {
  send(payload: string): Promise<void>
  close(): Promise<void>
}

/** Opens a carrier that hands what the other processes sent to `receive`. */
export type OpenCarrier = (receive: (payload: string) => void) => Promise<Carrier>

const mergeForMs = 5
/** Postgres refuses a NOTIFY of 8,000 bytes; an id and a number take about 60. */
const hintsInOnePayload = 100

/**
 * Hints over any carrier: those of this process are told at once, those for the others are merged
 * for a few milliseconds (only a tenant's highest place matters) and sent together.
 */
export async function createHints(
  openCarrier: OpenCarrier,
  onError: (error: unknown) => void,
): Promise<Hints> {
  const listeners = new Set<(hint: Hint) => void>()
  const waiting = new Map<string, bigint>()
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> = Promise.resolve()

  const tell = (hint: Hint) => {
    for (const listener of listeners) listener(hint)
  }
  const carrier = await openCarrier((payload) => {
    for (const hint of parseHints(payload)) tell(hint)
  })

  async function flush() {
    timer = undefined
    const entries = [...waiting].map(([tenantId, sequence]) => [tenantId, String(sequence)])
    waiting.clear()
    for (let i = 0; i < entries.length; i += hintsInOnePayload) {
      await carrier.send(JSON.stringify(entries.slice(i, i + hintsInOnePayload))).catch(onError)
    }
  }

  return {
    publish(hint) {
      tell(hint)
      const known = waiting.get(hint.tenantId)
      if (known === undefined || known < hint.sequence) waiting.set(hint.tenantId, hint.sequence)
      timer ??= setTimeout(() => {
        // One after the other: while a carrier takes its time, what comes is merged.
        sending = sending.then(flush)
      }, mergeForMs)
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      clearTimeout(timer)
      await sending
      await flush()
      await carrier.close()
    },
  }
}

function parseHints(payload: string): Hint[] {
  try {
    const entries = JSON.parse(payload) as [string, string][]
    return entries.map(([tenantId, sequence]) => ({ tenantId, sequence: BigInt(sequence) }))
  } catch {
    return [] // Somebody else's notification on our channel.
  }
}
