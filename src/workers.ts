import { sweepBatchesJob, tendBatchJob } from './batches/jobs.ts'
import { sweepBatches, tendBatch } from './batches/tend-batch.ts'
import type { ActiveCalls } from './calls/active-calls.ts'
import { adoptCalls } from './calls/adopt-calls.ts'
import { checkCall } from './calls/check-call.ts'
import { endUnfollowedCalls, requestEndUnfollowed } from './calls/end-unfollowed.ts'
import {
  adoptCallsJob,
  checkCallJob,
  endUnfollowedJob,
  settleCallJob,
  startCallJob,
  sweepCallsJob,
  syncCallLogJob,
} from './calls/jobs.ts'
import { requestCallSync } from './calls/request-call-sync.ts'
import { settleCall } from './calls/settle-call.ts'
import { startCall } from './calls/start-call.ts'
import { sweepCalls } from './calls/sweep.ts'
import { syncCallLog } from './calls/sync-call-log.ts'
import {
  reconcileConsentsJob,
  sweepConsentsJob,
  syncConsentsJob,
  tellConsentJob,
} from './consents/jobs.ts'
import { sweepConsents, tellConsent } from './consents/mirror.ts'
import { reconcileConsents, requestConsentSync, syncConsents } from './consents/reconcile.ts'
import type { Db, Tx } from './db/client.ts'
import type { EventLog } from './events/event-log.ts'
import { pruneEvents, pruneEventsJob } from './events/prune.ts'
import type { ExtensionAccess } from './extensions/access.ts'
import { applySettings } from './extensions/apply-settings.ts'
import { type Disconnecting, releaseGrant } from './extensions/disconnect.ts'
import { discoverNumbers } from './extensions/discover.ts'
import { NotConnectedError } from './extensions/errors.ts'
import type { Grants } from './extensions/grants.ts'
import {
  checkWebhooksJob,
  discoverNumbersJob,
  ensureWebhookJob,
  readRegistrationsJob,
  rediscoverNumbersJob,
  refreshDueGrantsJob,
  refreshGrantJob,
  releaseGrantJob,
} from './extensions/jobs.ts'
import { readRegistrations } from './extensions/read-registrations.ts'
import type { TokenEndpoint } from './extensions/token-endpoint.ts'
import {
  checkEveryMinutes,
  checkWebhooks,
  rediscoverNumbers,
  refreshDueGrants,
  refreshGrant,
} from './extensions/upkeep.ts'
import { ensureWebhook } from './extensions/webhook.ts'
import { importHistory } from './history/import-page.ts'
import { importHistoryJob, sweepHistoryJob } from './history/jobs.ts'
import { sweepHistory } from './history/sweep.ts'
import { processNotification } from './inbound/dispatch.ts'
import {
  processNotificationJob,
  pruneNotificationsJob,
  sweepNotificationsJob,
} from './inbound/jobs.ts'
import { pruneNotifications } from './inbound/prune-notifications.ts'
import { sweepNotifications } from './inbound/sweep.ts'
import type { JobImplementation } from './jobs/define-job.ts'
import type { JobQueue, Schedule } from './jobs/queue.ts'
import type { Clock } from './lib/clock.ts'
import type { Logger } from './lib/logger.ts'
import type { Sealer } from './lib/sealer.ts'
import { sweepMediaJob, sweepOrphansJob } from './media/jobs.ts'
import type { MediaStore } from './media/store.ts'
import { removeMediaOf, sweepMedia, sweepOrphans } from './media/sweep.ts'
import { cancelOptedOut } from './messages/cancel-opted-out.ts'
import { expireMessage } from './messages/expire.ts'
import { fetchMedia } from './messages/inbound-media.ts'
import {
  expireMessageJob,
  fetchMediaJob,
  readTranscriptionJob,
  reconcileSendingJob,
  releaseMessageJob,
  sendMoreSmsJob,
  sendSmsJob,
  sweepMessagesJob,
  syncMessagesJob,
  tellReadStateJob,
  watchDeliveriesJob,
} from './messages/jobs.ts'
import type { LaneAlarms } from './messages/lane-alarms.ts'
import { readTranscription } from './messages/read-transcription.ts'
import { reconcileSending } from './messages/reconcile-sending.ts'
import { releaseMessage } from './messages/release.ts'
import { requestSync } from './messages/request-sync.ts'
import { sendSms } from './messages/send-sms.ts'
import { sweepMessages } from './messages/sweep.ts'
import { syncMessages } from './messages/sync-messages.ts'
import { tellReadState } from './messages/tell-read-state.ts'
import { lookAtDeliveries } from './messages/watch-deliveries.ts'
import { readPresenceJob, syncContactsJob, syncDirectoryJob } from './people/jobs.ts'
import type { Presences } from './people/presences.ts'
import { readPresence } from './people/read-presence.ts'
import { requestContacts } from './people/request-contacts.ts'
import { requestDirectoryOf } from './people/request-directory.ts'
import { syncContacts } from './people/sync-contacts.ts'
import { syncDirectory } from './people/sync-directory.ts'
import type { RingCentral } from './ringcentral/client.ts'
import { resyncTemplatesJob, syncTemplatesJob } from './templates/jobs.ts'
import { resyncTemplates } from './templates/request-templates.ts'
import { syncTemplates } from './templates/sync-templates.ts'
import { deleteTenant, deleteTenantJob } from './tenants/delete-tenant.ts'
import { applySettingsJob } from './tenants/settings.ts'

/** Every kind of job there is. */
export const jobs = [
  deleteTenantJob,
  applySettingsJob,
  discoverNumbersJob,
  readRegistrationsJob,
  ensureWebhookJob,
  refreshGrantJob,
  releaseGrantJob,
  refreshDueGrantsJob,
  checkWebhooksJob,
  rediscoverNumbersJob,
  tellConsentJob,
  syncConsentsJob,
  reconcileConsentsJob,
  sweepConsentsJob,
  sendSmsJob,
  sendMoreSmsJob,
  reconcileSendingJob,
  expireMessageJob,
  releaseMessageJob,
  watchDeliveriesJob,
  syncMessagesJob,
  readTranscriptionJob,
  tellReadStateJob,
  sweepMessagesJob,
  importHistoryJob,
  sweepHistoryJob,
  tendBatchJob,
  sweepBatchesJob,
  fetchMediaJob,
  sweepMediaJob,
  sweepOrphansJob,
  syncTemplatesJob,
  resyncTemplatesJob,
  startCallJob,
  settleCallJob,
  syncCallLogJob,
  checkCallJob,
  adoptCallsJob,
  endUnfollowedJob,
  sweepCallsJob,
  syncDirectoryJob,
  readPresenceJob,
  syncContactsJob,
  processNotificationJob,
  sweepNotificationsJob,
  pruneNotificationsJob,
  pruneEventsJob,
]

/** What is done without being asked: cron in UTC. */
export const schedules: Schedule[] = [
  { job: refreshDueGrantsJob, cron: '* * * * *' },
  { job: checkWebhooksJob, cron: `*/${checkEveryMinutes} * * * *` },
  { job: sweepMessagesJob, cron: '* * * * *' },
  { job: sweepHistoryJob, cron: '* * * * *' },
  { job: sweepConsentsJob, cron: '* * * * *' },
  { job: sweepBatchesJob, cron: '* * * * *' },
  { job: sweepMediaJob, cron: '23 * * * *' },
  { job: sweepOrphansJob, cron: '7 4 * * *' },
  { job: sweepCallsJob, cron: '* * * * *' },
  { job: sweepNotificationsJob, cron: '* * * * *' },
  { job: rediscoverNumbersJob, cron: '17 3 * * *' },
  { job: resyncTemplatesJob, cron: '29 3 * * *' },
  { job: reconcileConsentsJob, cron: '29 3 * * *' },
  { job: pruneNotificationsJob, cron: '41 3 * * *' },
  { job: pruneEventsJob, cron: '53 * * * *' },
]

/** What each job needs to be done. */
export type WorkerDeps = {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  alarms: LaneAlarms
  store: MediaStore
  presences: Presences
  grants: Grants
  disconnecting: Disconnecting
  ringCentral: RingCentral
  tokenEndpoint: TokenEndpoint
  tokenCallsPerMinute: number
  sealer: Sealer
  webUrl: () => string
  settleMs: number
  restMs: number | undefined
  logLagMs: number
  activeCalls: ActiveCalls
  clock: Clock
  logger: Logger
}

export function implementations(deps: WorkerDeps): JobImplementation[] {
  const { queue } = deps
  const requestPresence = (tx: Tx, extensionRowId: string) =>
    queue.send(tx, readPresenceJob, { extensionRowId }, { singletonKey: extensionRowId })

  const consentDeps = { ...deps, onOptOut: cancelOptedOut }

  return [
    deleteTenant({
      db: deps.db,
      release: async (tenantId) => {
        await deps.disconnecting.disconnectTenant(tenantId).catch((error) => {
          if (!(error instanceof NotConnectedError)) throw error
        })
        await removeMediaOf(deps, tenantId)
      },
    }),
    discoverNumbers(deps),
    readRegistrations(deps),
    ensureWebhook({
      ...deps,
      onSubscribed: async (tx, extensionRowId) => {
        await requestSync(tx, queue, extensionRowId)
        await requestConsentSync(tx, queue, extensionRowId)
        await requestCallSync(tx, queue, extensionRowId)
        await requestPresence(tx, extensionRowId)
      },
    }),
    applySettings({
      ...deps,
      begin: async (tx, extensionRowId, switchedOn) => {
        await requestEndUnfollowed(tx, queue, extensionRowId)
        if (switchedOn.includes('CALLS')) await requestCallSync(tx, queue, extensionRowId)
        if (switchedOn.includes('PRESENCE')) await requestPresence(tx, extensionRowId)
        if (switchedOn.includes('DIRECTORY')) await requestDirectoryOf(tx, deps, extensionRowId)
        if (switchedOn.includes('CONTACTS')) await requestContacts(tx, deps, extensionRowId)
      },
    }),
    refreshGrant(deps),
    releaseGrant(deps),
    refreshDueGrants(deps),
    checkWebhooks(deps),
    rediscoverNumbers(deps),
    tellConsent(deps),
    syncConsents(consentDeps),
    reconcileConsents(consentDeps),
    sweepConsents(deps),
    ...sendSms(deps),
    reconcileSending(deps),
    expireMessage(deps),
    releaseMessage(deps),
    lookAtDeliveries(deps),
    syncMessages(deps),
    readTranscription(deps),
    tellReadState(deps),
    sweepMessages(deps),
    importHistory(deps),
    sweepHistory(deps),
    tendBatch(deps),
    sweepBatches(deps),
    fetchMedia(deps),
    sweepMedia(deps),
    sweepOrphans(deps),
    syncTemplates(deps),
    resyncTemplates(deps),
    startCall(deps),
    settleCall(deps),
    syncCallLog(deps),
    checkCall(deps),
    adoptCalls(deps),
    endUnfollowedCalls(deps),
    sweepCalls(deps),
    syncDirectory(deps),
    readPresence(deps),
    syncContacts(deps),
    processNotification(deps),
    sweepNotifications(deps),
    pruneNotifications(deps),
    pruneEvents(deps),
  ]
}
