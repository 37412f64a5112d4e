import { hearIdle } from '../calls/hear-idle.ts'
import { hearSession } from '../calls/hear-session.ts'
import { applyRecords, type OnOptOut } from '../consents/reconcile.ts'
import type { Tx } from '../db/client.ts'
import type { Feature } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { discoverNumbersJob, ensureWebhookJob } from '../extensions/jobs.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { hearHighVolumeText } from '../messages/high-volume-mailbox.ts'
import { requestHighVolumeSync } from '../messages/request-high-volume-sync.ts'
import { requestSync } from '../messages/request-sync.ts'
import { recordPresence } from '../people/record-presence.ts'
import { requestDirectoryOf } from '../people/request-directory.ts'
import type { Notification } from '../ringcentral/notifications.ts'

/** What every kind may need. */
export type DispatchDeps = {
  queue: Pick<JobQueue, 'send'>
  /** How long after its end a call is in RingCentral's log. */
  logLagMs: number
  clock: Clock
  onOptOut: OnOptOut
}

/** Texts are written together: see process-notifications.ts. */
type Other = Exclude<Notification, { kind: 'instant-message' }>

/** Where each other kind of notification goes: within the transaction that marks it as done. */
export async function dispatch(
  tx: Tx,
  record: RecordEvent,
  deps: DispatchDeps,
  mailbox: { tenantId: string; extensionRowId: string },
  notification: Other,
): Promise<void> {
  const { queue, logLagMs, clock, onOptOut } = deps
  const { extensionRowId } = mailbox
  const send = (job: typeof discoverNumbersJob) =>
    queue.send(tx, job, { extensionRowId }, { singletonKey: extensionRowId })
  switch (notification.kind) {
    case 'consent-change': {
      const { records } = notification.body
      return applyRecords(tx, record, { queue, onOptOut }, mailbox.tenantId, records)
    }
    case 'high-volume-text':
      return hearHighVolumeText(tx, record, { queue, clock }, mailbox.tenantId, notification.body)
    case 'high-volume-batch': {
      // Everybody's in the account: of interest where it is one of the extension's own numbers.
      const { from: phoneNumber } = notification.body
      const own = await tx.phoneNumber.findFirst({ where: { extensionRowId, phoneNumber } })
      return own ? requestHighVolumeSync(tx, queue, extensionRowId) : undefined
    }
    case 'high-volume-opt-out': {
      const { active, ...pair } = notification.body
      const optStatus = active ? 'OptOut' : 'OptIn'
      // It does not tell when: when RingCentral told of it.
      const told = { ...pair, optStatus, lastModifiedTime: notification.timestamp } as const
      const records = [{ ...told, source: undefined }]
      return applyRecords(tx, record, { queue, onOptOut }, mailbox.tenantId, records)
    }
    case 'mailbox-change':
      return requestSync(tx, queue, extensionRowId)
    case 'extension-change':
      // Of this extension, or of the company's list of them.
      return notification.extensionId
        ? send(discoverNumbersJob)
        : requestDirectoryOf(tx, { queue, clock }, extensionRowId)
    case 'subscription-reminder':
      return send(ensureWebhookJob)
    case 'unknown':
      // Perhaps a message in a shape that we cannot read: RingCentral's store will tell.
      return requestSync(tx, queue, extensionRowId)
    case 'presence': {
      const { body, timestamp } = notification
      await hearIdle(tx, { queue, clock, logLagMs }, extensionRowId, body)
      const source = { by: 'notification', sequence: body.sequence, toldAt: timestamp } as const
      return recordPresence(tx, record, extensionRowId, body, source, clock.now())
    }
    case 'telephony-session':
      return hearSession(tx, record, { queue, clock, logLagMs }, mailbox, notification.body)
  }
}

/** What is told on is not taken in once its feature is switched off: the webhook follows a moment later. */
export function featureOf(notification: Notification | undefined): Feature | undefined {
  if (notification?.kind === 'presence') return 'PRESENCE'
  return notification?.kind === 'telephony-session' ? 'CALLS' : undefined
}
