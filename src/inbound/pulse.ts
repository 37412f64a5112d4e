import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { checkWebhooksJob } from '../extensions/jobs.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { seconds } from '../lib/clock.ts'
import { every, type Repeated } from '../lib/every.ts'
import type { Logger } from '../lib/logger.ts'
import { sweepMessagesJob } from '../messages/jobs.ts'

const beatEveryMs = seconds(1)
/** No beat of any web process for this long: meanwhile notifications may have found nobody. */
const outageAfterMs = seconds(3)

/**
 * The sign of life of the web processes: one row, that each of them touches every second. The
 * first that beats again after a pause (nobody ran, or nobody reached the database) knows that
 * notifications were lost, and has webhooks checked and messages synced at once.
 */
export function startPulse({
  db,
  queue,
  logger,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  logger: Logger
}): Repeated {
  const beat = () =>
    inTransaction(db, async (tx) => {
      const [pulse] = await tx.$queryRaw<{ afterOutage: boolean | null }[]>`
        INSERT INTO "Pulse" AS pulse ("id", "beatAt") VALUES ('web', clock_timestamp())
        ON CONFLICT ("id") DO UPDATE SET
          "beatAt" = excluded."beatAt",
          "outageEndedAt" = CASE
            WHEN excluded."beatAt" > pulse."beatAt" + ${outageAfterMs} * interval '1 millisecond'
            THEN excluded."beatAt" ELSE pulse."outageEndedAt" END
        RETURNING "outageEndedAt" = "beatAt" AS "afterOutage"`
      if (!pulse?.afterOutage) return
      logger.info('Back after an outage: looking for what came in meanwhile')
      await queue.send(tx, checkWebhooksJob, {})
      await queue.send(tx, sweepMessagesJob, {})
    })
  return every(beatEveryMs, beat, (error) =>
    logger.warn({ err: error }, 'No sign of life could be written; trying again'),
  )
}
