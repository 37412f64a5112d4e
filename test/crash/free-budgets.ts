import { setTimeout as sleep } from 'node:timers/promises'
import type { Rig } from './rig.ts'

/** RingCentral's 40 texts a minute would make lanes rest for most of the time: here a minute passes again and again. */
export function keepBudgetsFree(
  rig: Rig,
  { usesAtMost, everyMs }: { usesAtMost: number; everyMs: number },
) {
  let stopping = false
  const clearing = (async () => {
    while (!stopping) {
      await rig.rows(
        `UPDATE "Budget" SET "usedAt" = '{}' WHERE cardinality("usedAt") > ${usesAtMost}`,
      )
      await sleep(everyMs)
    }
  })()
  return {
    stop() {
      stopping = true
      return clearing
    },
  }
}
