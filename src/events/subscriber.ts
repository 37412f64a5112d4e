import { GraphQLError } from 'graphql'
import type { Audience, Listener } from './audience.ts'
import { type LoggedEvent, revive } from './event.ts'
import type { Live } from './live.ts'
import type { Pace } from './pace.ts'
import type { Sink } from './sink.ts'
import { cursorExpired, slowConsumer } from './stream-errors.ts'
import type { Tail } from './tail.ts'
import type { AnyWanted } from './wanted.ts'

type Parts<Item> = {
  tail: Tail
  live: Live
  start: bigint
  wanted: AnyWanted
  audience: Audience<Item>
  sink: Sink<Item>
  pace: Pace
  ended: AbortSignal | undefined
  onSlow: (lag: number) => void
  onEnd: () => void
}

/**
 * Somebody who hears of a tenant's events from a place on: every one that it wants, once, in order. It reads for itself
 * until it has read all there is, then it is told together with all others; when its sink has enough to hand on,
 * it reads for itself again, as fast as that takes it. So it holds nothing that it cannot get rid of.
 */
export class Subscriber<Item> implements Listener<Item> {
  /** It has had all that it wants up to here. */
  place: bigint
  readonly wanted: AnyWanted
  readonly audience: Audience<Item>
  readonly #parts: Parts<Item>
  #isLive = false
  #isOver = false
  /** It has an event in hand that its sink has not taken. */
  #keeps = false

  constructor(parts: Parts<Item>) {
    this.#parts = parts
    this.place = parts.start
    this.wanted = parts.wanted
    this.audience = parts.audience
  }

  begin() {
    const { ended } = this.#parts
    ended?.addEventListener('abort', this, { once: true })
    if (ended?.aborted) this.handleEvent()
    else void this.#readOn()
  }

  /** Its viewer is not welcome any more, or has gone. */
  handleEvent() {
    const reason: unknown = this.#parts.ended?.reason
    this.end(reason instanceof GraphQLError ? reason : undefined)
  }

  async #readOn() {
    const { tail, live, pace } = this.#parts
    try {
      while (!this.#isOver) {
        if (live.join(this)) {
          this.#isLive = true
          pace.live()
          return
        }
        const events = await tail.read(this.place)
        if (events.length === 0) throw cursorExpired()
        for (const event of events) {
          if (this.#isOver) return
          // The log has no gaps, so a missing place can only have been pruned.
          if (event.sequence !== this.place + 1n) throw cursorExpired()
          if (this.#wants(event)) await this.#hand(event)
          this.place = event.sequence
        }
      }
    } catch (error) {
      this.end(error)
    }
  }

  #wants(event: LoggedEvent): boolean {
    const { subject, matches } = this.wanted
    if (!subject.types.includes(event.type)) return false
    return !matches || matches(revive(event.snapshot))
  }

  async #hand(event: LoggedEvent) {
    const { sink, pace } = this.#parts
    this.#keeps = true
    const item = await this.audience.show(event)
    while (!this.#isOver && !sink.offer(item)) await sink.room()
    this.#keeps = false
    pace.came()
  }

  /** Of those who are live. */
  wantsNow(event: LoggedEvent, row: unknown): boolean {
    if (event.sequence <= this.place) return false
    try {
      return this.wanted.matches?.(row) ?? true
    } catch (error) {
      this.end(error)
      return false
    }
  }

  hear(event: LoggedEvent, item: Item) {
    // It may have gone on by itself since it was told.
    if (!this.#isLive || event.sequence <= this.place) return
    if (this.#parts.sink.offer(item)) this.place = event.sequence
    else this.fallBehind(event.sequence - 1n)
  }

  fallBehind(place: bigint) {
    if (!this.#isLive) return
    this.#isLive = false
    this.#parts.live.leave(this)
    if (place > this.place) this.place = place
    void this.#readOn()
  }

  /** Ends it if its consumer cannot keep up. */
  look() {
    const { tail, pace, onSlow } = this.#parts
    const lag = this.#isLive ? 0n : tail.head - this.place
    if (!pace.isTooSlow({ keeps: this.#keeps, lag })) return
    onSlow(Number(lag))
    this.end(slowConsumer())
  }

  end(failure?: unknown) {
    if (this.#isOver) return
    this.#isOver = true
    const { ended, live, sink, onEnd } = this.#parts
    ended?.removeEventListener('abort', this)
    if (this.#isLive) live.leave(this)
    this.#isLive = false
    onEnd()
    sink.end(failure)
  }
}
