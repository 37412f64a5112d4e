import { createTurns, type InTurn } from '../lib/turns.ts'
import type { LoggedEvent } from './event.ts'
import type { ReadEvents } from './read-events.ts'

/** The newest part of one tenant's log, read once for all its readers in this process. */
export type Tail = {
  /** The newest place that is known of. */
  readonly head: bigint
  /** There is something up to `sequence`. */
  advance(sequence: bigint): void
  /** The next events after `place`, at most `batchSize`; shared, so not to be changed. */
  read(place: bigint): Promise<LoggedEvent[]>
}

const batchSize = 200
const keepInMemory = 1_000

/** How many read from the database at once, of the connections that all share: at the heads, and behind. */
export type Readers = { newest: InTurn; older: InTurn }
export const createReaders = (): Readers => ({ newest: createTurns(6), older: createTurns(3) })

export function createTail({
  readEvents,
  readers,
  tenantId,
  head,
}: {
  readEvents: ReadEvents
  readers: Readers
  tenantId: string
  head: bigint
}): Tail {
  let recent: LoggedEvent[] = []
  let loading: Promise<void> | undefined
  const older = new Map<bigint, Promise<LoggedEvent[]>>()

  const load = (inTurn: InTurn, place: bigint) =>
    inTurn(tenantId, () => readEvents(tenantId, place, batchSize))

  /** Who goes on from the same place, after a restart for one, shares it. */
  function loadOlder(place: bigint) {
    const shared = older.get(place) ?? load(readers.older, place).finally(() => older.delete(place))
    older.set(place, shared)
    return shared
  }

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
    const fresh = await load(readers.newest, place)
    recent = (place === newest ? [...recent, ...fresh] : fresh).slice(-keepInMemory)
  }

  return {
    get head() {
      return head
    },

    advance(sequence) {
      if (sequence > head) head = sequence
    },

    async read(place) {
      const known = fromMemory(place)
      if (known) return known
      loading ??= loadRecent(place).finally(() => {
        loading = undefined
      })
      await loading
      return fromMemory(place) ?? loadOlder(place)
    },
  }
}
