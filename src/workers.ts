import * as batchJobs from './batches/jobs.ts'
import { batchWorkers } from './batches/workers.ts'
import * as callJobs from './calls/jobs.ts'
import { callWorkers } from './calls/workers.ts'
import * as consentJobs from './consents/jobs.ts'
import { consentWorkers } from './consents/workers.ts'
import { pruneEvents, pruneEventsJob } from './events/prune.ts'
import { applySettings } from './extensions/apply-settings.ts'
import * as extensionJobs from './extensions/jobs.ts'
import { checkEveryMinutes } from './extensions/upkeep.ts'
import { ensureWebhook } from './extensions/webhook.ts'
import { extensionWorkers } from './extensions/workers.ts'
import * as historyJobs from './history/jobs.ts'
import { historyWorkers } from './history/workers.ts'
import * as inboundJobs from './inbound/jobs.ts'
import { inboundWorkers } from './inbound/workers.ts'
import { implementTogether } from './jobs/define-job.ts'
import type { Schedule } from './jobs/queue.ts'
import * as mediaJobs from './media/jobs.ts'
import { mediaWorkers } from './media/workers.ts'
import * as messageJobs from './messages/jobs.ts'
import { messageWorkers } from './messages/workers.ts'
import * as peopleJobs from './people/jobs.ts'
import { peopleWorkers } from './people/workers.ts'
import * as templateJobs from './templates/jobs.ts'
import { templateWorkers } from './templates/workers.ts'
import { deleteTenant, deleteTenantJob } from './tenants/delete-tenant.ts'
import { pruneClientTokens, pruneClientTokensJob } from './tenants/prune-client-tokens.ts'
import { applySettingsJob } from './tenants/settings.ts'

/** Every kind of job there is: all that the features declare. */
export const jobs = [
  deleteTenantJob,
  pruneClientTokensJob,
  applySettingsJob,
  ...Object.values(extensionJobs),
  ...Object.values(consentJobs),
  ...Object.values(mediaJobs),
  ...Object.values(templateJobs),
  ...Object.values(messageJobs),
  ...Object.values(historyJobs),
  ...Object.values(batchJobs),
  ...Object.values(callJobs),
  ...Object.values(peopleJobs),
  ...Object.values(inboundJobs),
  pruneEventsJob,
]

/** What is done without being asked: cron in UTC. */
export const schedules: Schedule[] = [
  { job: extensionJobs.refreshDueGrantsJob, cron: '* * * * *' },
  { job: extensionJobs.checkWebhooksJob, cron: `*/${checkEveryMinutes} * * * *` },
  { job: messageJobs.sweepMessagesJob, cron: '* * * * *' },
  { job: historyJobs.sweepHistoryJob, cron: '* * * * *' },
  { job: consentJobs.sweepConsentsJob, cron: '* * * * *' },
  { job: batchJobs.sweepBatchesJob, cron: '* * * * *' },
  { job: mediaJobs.sweepMediaJob, cron: '23 * * * *' },
  { job: mediaJobs.sweepOrphansJob, cron: '7 4 * * *' },
  { job: callJobs.sweepCallsJob, cron: '* * * * *' },
  { job: inboundJobs.sweepNotificationsJob, cron: '* * * * *' },
  { job: extensionJobs.rediscoverNumbersJob, cron: '17 3 * * *' },
  { job: templateJobs.resyncTemplatesJob, cron: '29 3 * * *' },
  { job: consentJobs.reconcileConsentsJob, cron: '29 3 * * *' },
  { job: inboundJobs.pruneNotificationsJob, cron: '41 3 * * *' },
  { job: pruneClientTokensJob, cron: '47 * * * *' },
  { job: pruneEventsJob, cron: '53 * * * *' },
]

/** How each job is done. */
export const implementations = implementTogether(
  deleteTenant,
  pruneClientTokens,
  applySettings,
  ensureWebhook,
  extensionWorkers,
  consentWorkers,
  mediaWorkers,
  templateWorkers,
  messageWorkers,
  historyWorkers,
  batchWorkers,
  callWorkers,
  peopleWorkers,
  inboundWorkers,
  pruneEvents,
)
