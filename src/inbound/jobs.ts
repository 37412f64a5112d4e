import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Does what stored notifications ask for: those that were stored together, and what came before them. */
export const processNotificationJob = defineJob({
  name: 'process-notification',
  payload: z
    .object({ notificationIds: z.array(z.string()) })
    // As an earlier version hands them in.
    .or(
      z
        .object({ notificationId: z.string() })
        .transform(({ notificationId }) => ({ notificationIds: [notificationId] })),
    ),
  concurrency: 2,
  // What is taken together is written together.
  batchSize: 20,
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
