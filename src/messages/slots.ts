/** How quickly requests may follow each other, and what has been used of that. */
export type Pace = {
  /** So many within a window. */
  limit: number
  windowMs: number
  /** When the uses inside the window were, oldest first. */
  usedAt: readonly Date[]
  /** Nothing may leave before. */
  closedUntil: Date | null
  /** Which part of the limit may be used, and whether evenly: see takeFromBudget. */
  share: number
  evenly: boolean
}

/** An even pace lets this part of a window's uses go within the same part of the window. */
const evenPart = 20

/** The moments at which the next requests may leave, if nobody else uses the budget; each at its place. */
export function nextSlots(pace: Pace, from: Date, count: number): Date[] {
  const { windowMs, share, evenly } = pace
  const allowed = Math.max(1, Math.floor(pace.limit * share))
  const atOnce = Math.ceil(allowed / evenPart)
  const uses = pace.usedAt.map((use) => use.getTime())
  const earliest = Math.max(from.getTime(), pace.closedUntil?.getTime() ?? 0)
  const slots: Date[] = []
  for (let n = 0; n < count; n += 1) {
    const whenRoom = (uses.at(-allowed) ?? Number.NEGATIVE_INFINITY) + windowMs
    const whenEven = evenly
      ? (uses.at(-atOnce) ?? Number.NEGATIVE_INFINITY) + windowMs / evenPart
      : 0
    const slot = Math.max(earliest, whenRoom, whenEven)
    uses.push(slot)
    slots.push(new Date(slot))
  }
  return slots
}
