import type { Db } from '../db/client.ts'
import { asTenant } from '../lib/request-scope.ts'
import type { LoggedEvent } from './event.ts'

/** The newest part of one tenant's log, read once for all its readers in this process. */
export type Tail = {
  /** How many read here; the feed counts them. */
  readers: number
  /** The newest place that is known of. */
  readonly head: bigint
  /** There is something up to `sequence`. */
  advance(sequence: bigint): void
  /** Waits until there is something after `place`, or `signal` is aborted. */
  waitBeyond(place: bigint, signal: AbortSignal): Promise<void>
  /** The next events after `place`, at most `batchSize`; shared, so not to be changed. */
  read(place: bigint): Promise<LoggedEvent[]>
}

const batchSize = 200
const keepInMemory = 1_000

export function createTail({
  db,
  tenantId,
  head,
}: {
  db: Db
  tenantId: string
  head: bigint
}): Tail {
  let recent: LoggedEvent[] = []
  let loading: Promise<void> | undefined
  const waiting = new Set<() => void>()

  // A hint wakes it, which comes on nobody's behalf.
  const load = (place: bigint) =>
    asTenant(tenantId, () =>
      db.event.findMany({
        where: { tenantId, sequence: { gt: place } },
        orderBy: { sequence: 'asc' },
        take: batchSize,
      }),
    ) as Promise<LoggedEvent[]>

  /** Events after `place` that are in memory; undefined if memory does not reach back so far. */
  function fromMemory(place: bigint): LoggedEvent[] | undefined {
    const first = recent[0]
    if (!first || place + 1n < first.sequence) return undefined
    const from = Number(place + 1n - first.sequence)
    return from < recent.length ? recent.slice(from, from + batchSize) : undefined
  }

  async function loadRecent(place: bigint) {
    const newest = recent.at(-1)?.sequence ?? 0n
    // Readers at the head share one query; those behind read for themselves.
    if (place < newest) return
    const fresh = await load(place)
    recent = (place === newest ? [...recent, ...fresh] : fresh).slice(-keepInMemory)
  }

  return {
    readers: 0,

    get head() {
      return head
    },

    advance(sequence) {
      if (sequence <= head) return
      head = sequence
      for (const wake of waiting) wake()
    },

    waitBeyond(place, signal) {
      if (place < head || signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = () => {
          // A load may run ahead of the hints: what they tell then has been read already.
          if (place >= head && !signal.aborted) return
          waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        signal.addEventListener('abort', wake)
      })
    },

    async read(place) {
      const known = fromMemory(place)
      if (known) return known
      loading ??= loadRecent(place).finally(() => {
        loading = undefined
      })
      await loading
      return fromMemory(place) ?? load(place)
    },
  }
}
