import { implementTogether } from '../jobs/define-job.ts'
import { processNotifications } from './process-notifications.ts'
import { pruneNotifications } from './prune-notifications.ts'
import { sweepNotifications } from './sweep.ts'

/** What is done for notifications in the background. */
export const inboundWorkers = implementTogether(
  processNotifications,
  sweepNotifications,
  pruneNotifications,
)
