import type { Db } from '../db/client.ts'
import { budgetKey, usualWindowMs } from '../extensions/access.ts'
import { defaultLimits } from '../ringcentral/rate-limits.ts'
import { createSlots, type Pace, type Slots } from './slots.ts'

/** The rate groups that texts draw on: high-volume ones on Light, all others on Medium. */
export type SendingGroup = 'Light' | 'Medium'

export const groupOf = (highVolume: boolean): SendingGroup => (highVolume ? 'Light' : 'Medium')

/** What may leave in a lane now, by either way, and what has just left. */
export async function laneSlots(
  db: Db,
  extensionRowId: string,
  now: Date,
): Promise<Record<SendingGroup, Slots>> {
  const [light, medium] = await Promise.all([
    paceOf(db, extensionRowId, 'Light', now),
    paceOf(db, extensionRowId, 'Medium', now),
  ])
  return { Light: createSlots(light), Medium: createSlots(medium) }
}

async function paceOf(
  db: Db,
  extensionRowId: string,
  group: SendingGroup,
  now: Date,
): Promise<Pace> {
  const [budget, lane] = await Promise.all([
    db.budget.findUnique({ where: { key: budgetKey(extensionRowId, group) } }),
    db.sendLane.findUnique({ where: { extensionRowId } }),
  ])
  const windowMs = budget?.windowMs ?? usualWindowMs
  const closed = [budget?.closedUntil, lane?.pausedUntil].flatMap((at) => at ?? [])
  return {
    limit: budget?.limit ?? defaultLimits[group],
    windowMs,
    usedAt: (budget?.usedAt ?? []).filter((use) => use.getTime() > now.getTime() - windowMs),
    closedUntil: closed.length === 0 ? null : new Date(Math.max(...closed.map((at) => +at))),
  }
}
