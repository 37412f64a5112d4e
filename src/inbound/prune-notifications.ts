import type { Db } from '../db/client.ts'
import { implementJob } from '../jobs/define-job.ts'
import { after, type Clock, days } from '../lib/clock.ts'
import { pruneNotificationsJob } from './jobs.ts'

/** RingCentral repeats a notification, if at all, within minutes; the rest is for looking things up. */
const retention = days(30)

export const pruneNotifications = ({ db, clock }: { db: Db; clock: Clock }) =>
  implementJob(pruneNotificationsJob, async () => {
    await db.notification.deleteMany({
      where: { receivedAt: { lt: after(clock.now(), -retention) }, processedAt: { not: null } },
    })
  })
