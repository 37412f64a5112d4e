import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, days, minutes } from '../lib/clock.ts'
import { processNotificationJob, sweepNotificationsJob } from './jobs.ts'

const sweepAfter = minutes(2)
/** One that could not be dealt with for so long is a riddle for a person, not for another try. */
const sweepUntil = days(1)
/** In one job. */
const handful = 100

/** The net under the queue: has stored notifications dealt with whose job got lost. */
export const sweepNotifications = ({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) =>
  implementJob(sweepNotificationsJob, async () => {
    const waiting = await db.notification.findMany({
      where: {
        processedAt: null,
        receivedAt: { lt: after(clock.now(), -sweepAfter), gt: after(clock.now(), -sweepUntil) },
      },
      select: { id: true },
      take: 1_000,
    })
    for (let from = 0; from < waiting.length; from += handful) {
      const notificationIds = waiting.slice(from, from + handful).map(({ id }) => id)
      await inTransaction(db, (tx) => queue.send(tx, processNotificationJob, { notificationIds }))
    }
  })
