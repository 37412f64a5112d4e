export type PaceLimits = {
  /** For how long a reader may keep an event while more waits, or stay too far behind. */
  patienceMs: number
  /** How many events behind is too far, for one that has been live. */
  behind: number
}

export const defaultPaceLimits: PaceLimits = { patienceMs: 30_000, behind: 10_000 }

/** How often a reader's pace is looked at. */
export const lookEveryMs = ({ patienceMs }: PaceLimits) => Math.min(1_000, patienceMs / 10)

/**
 * Whether a reader keeps up. It is looked at every now and then, and looks are counted, not time: a
 * process that was stopped for a minute has looked once, and blames nobody for its own pause.
 */
export class Pace {
  readonly #limits: PaceLimits
  #hasBeenLive = false
  #keptFor = 0
  #nearest: bigint | undefined
  #behindFor = 0

  constructor(limits: PaceLimits) {
    this.#limits = limits
  }

  /** The reader has read all there is. Who resumes from far back may take its time until then. */
  live() {
    this.#hasBeenLive = true
  }

  /** Its consumer has come for the next event. */
  came() {
    this.#keptFor = 0
  }

  /** Looks; `keeps`: the consumer has an event in its hands and has not come for the next one. */
  isTooSlow({ keeps, lag }: { keeps: boolean; lag: bigint }): boolean {
    this.#keptFor = keeps && lag > 0n ? this.#keptFor + 1 : 0

    if (!this.#hasBeenLive || lag <= this.#limits.behind) {
      this.#nearest = undefined
      this.#behindFor = 0
    } else if (this.#nearest === undefined || lag < this.#nearest) {
      // Working off a burst: far behind, and nearer than ever since.
      this.#nearest = lag
      this.#behindFor = 0
    } else {
      this.#behindFor += 1
    }
    const patience = Math.ceil(this.#limits.patienceMs / lookEveryMs(this.#limits))
    return this.#keptFor >= patience || this.#behindFor >= patience
  }
}
