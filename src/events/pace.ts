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
export function createPace(limits: PaceLimits) {
  const patience = Math.ceil(limits.patienceMs / lookEveryMs(limits))
  let hasBeenLive = false
  let keptFor = 0
  let nearest: bigint | undefined
  let behindFor = 0

  return {
    /** The reader has read all there is. Who resumes from far back may take its time until then. */
    live() {
      hasBeenLive = true
    },

    /** Its consumer has come for the next event. */
    came() {
      keptFor = 0
    },

    /** Looks; `keeps`: the consumer has an event in its hands and has not come for the next one. */
    isTooSlow({ keeps, lag }: { keeps: boolean; lag: bigint }): boolean {
      keptFor = keeps && lag > 0n ? keptFor + 1 : 0

      if (!hasBeenLive || lag <= limits.behind) {
        nearest = undefined
        behindFor = 0
      } else if (nearest === undefined || lag < nearest) {
        // Working off a burst: far behind, and nearer than ever since.
        nearest = lag
        behindFor = 0
      } else {
        behindFor += 1
      }
      return keptFor >= patience || behindFor >= patience
    },
  }
}

export type Pace = ReturnType<typeof createPace>
