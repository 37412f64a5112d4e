import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { wakeLane } from './send-lane.ts'

type Turn = NonNullable<Parameters<typeof wakeLane>[3]>

export type LaneAlarms = ReturnType<typeof createLaneAlarms>

/**
 * Wakes lanes at a moment, exactly: a queue looks twice a second, which is a third of a batch's pace. Only a
 * help; what is lost with the process, the sweep of the minute finds.
 */
export function createLaneAlarms({
  db,
  queue,
  clock,
  logger,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
  logger: Logger
}) {
  const timers = new Map<string, { at: number; timer: NodeJS.Timeout }>()

  function wake(extensionRowId: string, which: Turn) {
    timers.delete(extensionRowId)
    inTransaction(db, (tx) => wakeLane(tx, queue, extensionRowId, which)).catch((error) =>
      logger.warn({ err: error, extension: extensionRowId }, 'A lane was not woken; it will be'),
    )
  }

  return {
    /** Of two moments for one lane the earlier one counts. */
    wakeAt(extensionRowId: string, moment: Date, which: Turn): void {
      const known = timers.get(extensionRowId)
      const at = moment.getTime()
      if (known && known.at <= at) return
      clearTimeout(known?.timer)
      const inMs = Math.max(0, at - clock.now().getTime())
      const timer = setTimeout(wake, inMs, extensionRowId, which).unref()
      timers.set(extensionRowId, { at, timer })
    },

    close(): void {
      for (const { timer } of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}
