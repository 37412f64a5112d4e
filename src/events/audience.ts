import type { LoggedEvent } from './event.ts'

/** Somebody who hears of events as they come. */
export type Listener<Item> = {
  hear(event: LoggedEvent, item: Item): void
  /** Has to read for itself what comes after `place`. */
  fallBehind(place: bigint): void
  end(failure?: unknown): void
}

/** Those who are shown the same: each event is made ready once for all of them. */
export type Audience<Item> = {
  /** What it is shown of an event: made now, or for somebody else a moment ago. */
  show(event: LoggedEvent): Item | Promise<Item>
  /** Shows an event to some of it, after all that they were told before. */
  tell(event: LoggedEvent, listeners: Listener<Item>[]): void
}

type Telling<Item> = { event: LoggedEvent; listeners: Listener<Item>[] }

/** As fresh as what would be made now; those who come back all at once, after a restart, share it. */
const freshForMs = 1_000
const mostFresh = 100
/** Events that wait while one is made ready; who wants more of them reads for themselves, at their own pace. */
const mostWaiting = 1_000

export function createAudience<Item>(
  make: (event: LoggedEvent) => Item | Promise<Item>,
): Audience<Item> {
  const fresh = new Map<bigint, Item | Promise<Item>>()
  const waiting: Telling<Item>[] = []

  function show(event: LoggedEvent): Item | Promise<Item> {
    const known = fresh.get(event.sequence)
    if (known !== undefined) return known
    if (fresh.size === 0) setTimeout(() => fresh.clear(), freshForMs).unref()
    if (fresh.size >= mostFresh) fresh.delete(fresh.keys().next().value as bigint)
    const made = make(event)
    fresh.set(event.sequence, made)
    return made
  }

  function tellAll({ event, listeners }: Telling<Item>, item: Item) {
    for (const one of listeners) {
      try {
        one.hear(event, item)
      } catch (error) {
        // What fails one harms no other.
        one.end(error)
      }
    }
  }

  /** Goes as far as it can without waiting: what is ready at once is told at once. */
  async function tellWaiting() {
    for (let next = waiting[0]; next; next = waiting[0]) {
      const { event, listeners } = next
      try {
        const item = show(event)
        tellAll(next, item instanceof Promise ? await item : item)
      } catch (error) {
        for (const one of listeners) one.end(error)
      } finally {
        waiting.shift()
      }
    }
  }

  return {
    show,
    tell(event, listeners) {
      const [first] = waiting
      if (first && waiting.length >= mostWaiting) {
        // All that was told before the first one that waits has been heard.
        for (const one of listeners) one.fallBehind(first.event.sequence - 1n)
        return
      }
      waiting.push({ event, listeners })
      if (!first) void tellWaiting()
    },
  }
}
