import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { seconds } from '../lib/clock.ts'
import { every, type Repeated } from '../lib/every.ts'
import type { Logger } from '../lib/logger.ts'
import { sendSmsJob } from './jobs.ts'
import { freeLostLanes } from './send-lane.ts'

const lookEveryMs = seconds(2)

/**
 * Notices, in every worker, that another one died while it was sending: its lanes are woken within
 * seconds. The queue would notice as well, but later.
 */
export function watchLostLanes({
  db,
  queue,
  logger,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  logger: Logger
}): Repeated {
  return every(
    lookEveryMs,
    () =>
      inTransaction(db, async (tx) => {
        for (const extensionRowId of await freeLostLanes(tx)) {
          logger.warn(
            { extension: extensionRowId },
            'A lane was left behind; another worker goes on',
          )
          await queue.send(tx, sendSmsJob, { extensionRowId })
        }
      }),
    (error) =>
      logger.warn({ err: error }, 'Could not look for lanes whose worker died; trying again'),
  )
}
