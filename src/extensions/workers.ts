import { implementTogether } from '../jobs/define-job.ts'
import { releaseGrant } from './disconnect.ts'
import { discoverNumbers } from './discover.ts'
import { readRegistrations } from './read-registrations.ts'
import { checkWebhooks, rediscoverNumbers, refreshDueGrants, refreshGrant } from './upkeep.ts'

/** What is done for extensions in the background; webhooks and settings beside it, since they concern others. */
export const extensionWorkers = implementTogether(
  discoverNumbers,
  readRegistrations,
  refreshGrant,
  releaseGrant,
  refreshDueGrants,
  checkWebhooks,
  rediscoverNumbers,
)
