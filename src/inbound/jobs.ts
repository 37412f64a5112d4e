import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Does what a stored notification asks for. */
export const processNotificationJob = defineJob({
  name: 'process-notification',
  payload: z.object({ notificationId: z.string() }),
  concurrency: 6,
})

/** Has notifications dealt with whose job got lost; made by a schedule. */
export const sweepNotificationsJob = defineJob({
  name: 'sweep-notifications',
  payload: z.object({}),
})

/** Forgets notifications that nobody will ask for; made by a schedule. */
export const pruneNotificationsJob = defineJob({
  name: 'prune-notifications',
  payload: z.object({}),
})
