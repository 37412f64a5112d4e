import { evenLag } from '../db/budget.ts'

/** How quickly requests may follow each other, and what has been used of that. */
export type Pace = {
  /** So many within a window. */
  limit: number
  windowMs: number
  /** When the uses inside the window were, oldest first. */
  usedAt: readonly Date[]
  /** Nothing may leave before. */
  closedUntil: Date | null
}

/** Which part of the limit may be used, and whether evenly: see takeFromBudget. */
export type Share = { share: number; evenly: boolean }

/** As takeFromBudget grants them: the moments at which requests may leave, if nobody else uses the budget. */
export function createSlots({ limit, windowMs, usedAt, closedUntil }: Pace) {
  const uses = usedAt.map((use) => use.getTime())
  const notBefore = closedUntil?.getTime() ?? Number.NEGATIVE_INFINITY
  /** When the uses so far are worked off at an even pace of so many a window. */
  const workedOff = new Map<number, number>()
  const afterOne = (so: number, use: number, allowed: number) =>
    Math.max(so, use) + windowMs / allowed

  const evenFrom = (allowed: number) => {
    const known = workedOff.get(allowed)
    const at =
      known ?? uses.reduce((so, use) => afterOne(so, use, allowed), Number.NEGATIVE_INFINITY)
    workedOff.set(allowed, at)
    return at - windowMs * evenLag
  }

  return {
    /** When one may leave that is there from `from` on. */
    next({ share, evenly }: Share, from: number): number {
      const allowed = Math.max(1, Math.floor(limit * share))
      const whenRoom = (uses.at(-allowed) ?? Number.NEGATIVE_INFINITY) + windowMs
      return Math.max(from, notBefore, whenRoom, evenly ? evenFrom(allowed) : whenRoom)
    },

    /** Uses the budget at this moment. */
    take(slot: number): void {
      uses.push(slot)
      for (const [allowed, so] of workedOff) workedOff.set(allowed, afterOne(so, slot, allowed))
    },
  }
}

export type Slots = ReturnType<typeof createSlots>
