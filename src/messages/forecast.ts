import { batchPace, ownPace } from './batch-pace.ts'
import { groupOf, type SendingGroup } from './lane-pace.ts'
import type { Share, Slots } from './slots.ts'

/** So many requests that may leave from the same moment on, by the same way. */
export type Waiting = { from: Date; count: number; highVolume: boolean }

/** Those of a kind that wait in a lane, in the order in which they leave, and how many of them are asked for. */
export type Line = { waiting: readonly Waiting[]; upTo: number }

/**
 * Lets a lane run ahead of time, as nextMessage and takeFromBudget do: what is sent by itself goes first, once
 * it may, and what cannot go yet holds up what is behind it, whichever group that draws on; what batches have goes
 * at their pace.
 *
 * @returns when each of the first ones leaves, of both kinds
 */
export function forecast(
  slots: Record<SendingGroup, Slots>,
  own: Line,
  ofBatches: Line,
): { own: number[]; ofBatches: number[] } {
  const ownQueue = createQueue(own.waiting)
  const batchQueue = createQueue(ofBatches.waiting)
  const left = { own: [] as number[], ofBatches: [] as number[] }
  // A lane is one line: nothing leaves before what left last.
  let last = Number.NEGATIVE_INFINITY
  const slotOf = (head: Waiting | undefined, pace: Share) =>
    head && slots[groupOf(head.highVolume)].next(pace, Math.max(head.from.getTime(), last))
  const leave = ({ highVolume }: Waiting, slot: number) => {
    slots[groupOf(highVolume)].take(slot)
    last = slot
  }
  while (left.own.length < own.upTo || left.ofBatches.length < ofBatches.upTo) {
    const ownHead = ownQueue.head()
    const batchHead = batchQueue.head()
    const ownSlot = slotOf(ownHead, ownPace)
    const batchSlot = slotOf(batchHead, batchPace)
    if (ownHead && ownSlot && (!batchSlot || ownHead.from.getTime() <= batchSlot)) {
      leave(ownHead, ownSlot)
      left.own.push(ownSlot)
      ownQueue.leave()
    } else if (batchHead && batchSlot) {
      leave(batchHead, batchSlot)
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
    head: () => waiting[group],
    leave() {
      gone += 1
      if (gone < (waiting[group]?.count ?? 0)) return
      group += 1
      gone = 0
    },
  }
}
