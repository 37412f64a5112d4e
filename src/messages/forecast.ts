import { batchPace, ownPace } from './batch-pace.ts'
import type { Slots } from './slots.ts'

/** So many that may leave from the same moment on. */
export type Waiting = { from: Date; count: number }

/** Those of a kind that wait in a lane, in the order in which they leave, and how many of them are asked for. */
export type Line = { waiting: readonly Waiting[]; upTo: number }

/**
 * Lets a lane run ahead of time, as nextMessage and takeFromBudget do: what is sent by itself goes first, once
 * it may; what batches have goes at their pace.
 *
 * @returns when each of the first ones leaves, of both kinds
 */
export function forecast(
  slots: Slots,
  own: Line,
  ofBatches: Line,
): { own: number[]; ofBatches: number[] } {
  const ownQueue = createQueue(own.waiting)
  const batchQueue = createQueue(ofBatches.waiting)
  const left = { own: [] as number[], ofBatches: [] as number[] }
  while (left.own.length < own.upTo || left.ofBatches.length < ofBatches.upTo) {
    const ownFrom = ownQueue.head()
    const batchFrom = batchQueue.head()
    const ownSlot = ownFrom && slots.next(ownPace, ownFrom.getTime())
    const batchSlot = batchFrom && slots.next(batchPace, batchFrom.getTime())
    if (ownSlot && (!batchSlot || ownSlot <= batchSlot)) {
      slots.take(ownSlot)
      left.own.push(ownSlot)
      ownQueue.leave()
    } else if (batchSlot) {
      slots.take(batchSlot)
      left.ofBatches.push(batchSlot)
      batchQueue.leave()
    } else break
  }
  return left
}

function createQueue(waiting: readonly Waiting[]) {
  let group = 0
  let gone = 0
  return {
    head: () => waiting[group]?.from,
    leave() {
      gone += 1
      if (gone < (waiting[group]?.count ?? 0)) return
      group += 1
      gone = 0
    },
  }
}
