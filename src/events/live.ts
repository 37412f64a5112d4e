import { setImmediate as nextTurn } from 'node:timers/promises'
import { type EventType, type LoggedEvent, revive } from './event.ts'
import { cursorExpired } from './stream-errors.ts'
import type { Subscriber } from './subscriber.ts'
import type { Tail } from './tail.ts'
import type { Subject } from './wanted.ts'

/** What is done in one go, in microseconds or so: then whoever else waits for their turn has it. */
const mostInOneGo = 50_000
const work = { ofCandidate: 1, ofFrame: 4, ofExecution: 100 }

// biome-ignore lint/suspicious/noExplicitAny: what a subscriber is shown is between it and its audience
type AnySubscriber = Subscriber<any>

/** Those of a tenant who have read all there is: they are told of each event as it comes. */
export type Live = {
  /** Takes in somebody who has missed nothing of what the others were told; false: there is more to read. */
  join(subscriber: AnySubscriber): boolean
  leave(subscriber: AnySubscriber): void
  /** Tells of what has come. */
  tell(): Promise<void>
}

/** Who wants events of one type: those who want all that they can, and the others by what they named. */
type OfType = {
  subject: Subject<unknown>
  any: Set<AnySubscriber>
  named: Map<string, Set<AnySubscriber>>
}

/** Of a row that nobody foresaw everybody looks for themselves: whom that fails, it fails alone. */
function namesIn({ namesIn }: Subject<unknown>, row: unknown) {
  try {
    return namesIn?.(row)
  } catch {
    return undefined
  }
}

export function createLive(tail: Tail): Live {
  const members = new Set<AnySubscriber>()
  const byType = new Map<EventType, OfType>()
  /** All up to here has been told. */
  let told = tail.head
  let telling = false
  let doneInThisGo = 0

  /** What is ready by then leaves together. */
  async function pause() {
    await nextTurn()
    doneInThisGo = 0
  }

  function placesOf({ wanted: { subject, names } }: AnySubscriber): Set<AnySubscriber>[] {
    return subject.types.flatMap((type) => {
      const those = byType.get(type) ?? { subject, any: new Set(), named: new Map() }
      byType.set(type, those)
      if (!names || !subject.namesIn) return those.any
      return names.map((name) => {
        const place = those.named.get(name) ?? new Set()
        those.named.set(name, place)
        return place
      })
    })
  }

  function forgetNames({ wanted: { subject, names = [] } }: AnySubscriber) {
    for (const type of subject.types) {
      const those = byType.get(type)
      for (const name of names) if (those?.named.get(name)?.size === 0) those.named.delete(name)
    }
  }

  /** Each once, though it may have named several things. */
  function candidates({ subject, any, named }: OfType, row: unknown): Iterable<AnySubscriber> {
    if (named.size === 0 || !subject.namesIn) return any
    const found = new Set(any)
    for (const name of namesIn(subject, row) ?? named.keys()) {
      for (const one of (name && named.get(name)) || []) found.add(one)
    }
    return found
  }

  async function tellOf(event: LoggedEvent) {
    const those = byType.get(event.type)
    if (!those) return
    const row = revive<unknown>(event.snapshot)
    const audiences = new Map<AnySubscriber['audience'], AnySubscriber[]>()
    for (const one of candidates(those, row)) {
      doneInThisGo += work.ofCandidate
      if (!one.wantsNow(event, row)) continue
      const listeners = audiences.get(one.audience)
      if (listeners) listeners.push(one)
      else audiences.set(one.audience, [one])
    }
    for (const [audience, listeners] of audiences) {
      audience.tell(event, listeners)
      doneInThisGo += work.ofExecution + listeners.length * work.ofFrame
      if (doneInThisGo >= mostInOneGo) await pause()
    }
    if (doneInThisGo >= mostInOneGo) await pause()
  }

  async function tell() {
    if (telling) return
    telling = true
    doneInThisGo = 0
    try {
      while (members.size > 0 && told < tail.head) {
        const events = await tail.read(told)
        if (events.length === 0) throw cursorExpired()
        for (const event of events) {
          // The log has no gaps, so a missing place can only have been pruned.
          if (event.sequence !== told + 1n) throw cursorExpired()
          told = event.sequence
          await tellOf(event)
        }
      }
    } catch (error) {
      for (const one of members) one.end(error)
    } finally {
      telling = false
    }
  }

  return {
    join(subscriber) {
      if (members.size === 0 && !telling) told = tail.head
      if (subscriber.place < told) return false
      members.add(subscriber)
      for (const place of placesOf(subscriber)) place.add(subscriber)
      void tell()
      return true
    },
    leave(subscriber) {
      members.delete(subscriber)
      for (const place of placesOf(subscriber)) place.delete(subscriber)
      forgetNames(subscriber)
    },
    tell,
  }
}
