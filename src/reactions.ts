import { requestAdoption } from './calls/adopt-calls.ts'
import { endUnfollowed, requestEndUnfollowed } from './calls/end-unfollowed.ts'
import { requestCallSync } from './calls/request-call-sync.ts'
import { requestConsentSync } from './consents/reconcile.ts'
import type { Db, Tx } from './db/client.ts'
import type { Consent, Feature } from './db/generated/client/client.ts'
import type { RecordEvent } from './events/event-log.ts'
import type { Disconnecting } from './extensions/disconnect.ts'
import { NotConnectedError } from './extensions/errors.ts'
import { beginHistory } from './history/begin.ts'
import type { JobQueue } from './jobs/queue.ts'
import type { Clock } from './lib/clock.ts'
import type { Logger } from './lib/logger.ts'
import type { MediaStore } from './media/store.ts'
import { removeMediaOf } from './media/sweep.ts'
import { cancelOptedOut } from './messages/cancel-opted-out.ts'
import { failNotConnected } from './messages/fail-queued.ts'
import { requestHighVolumeSync } from './messages/request-high-volume-sync.ts'
import { requestSync } from './messages/request-sync.ts'
import { wakeLane } from './messages/send-lane.ts'
import { tendBatchesOf } from './messages/tend-batches.ts'
import { correctEntry } from './people/correct-entry.ts'
import { forgetPeople } from './people/forget.ts'
import { readPresenceJob } from './people/jobs.ts'
import { requestContacts } from './people/request-contacts.ts'
import { requestDirectoryOf } from './people/request-directory.ts'
import { forgetTemplates } from './templates/forget.ts'
import { requestTemplates } from './templates/request-templates.ts'

export type Reactions = ReturnType<typeof createReactions>

/** What happens in one feature and concerns others, which it does not know: each in the transaction of its cause. */
export function createReactions(deps: { queue: Pick<JobQueue, 'send'>; clock: Clock }) {
  const { queue, clock } = deps
  const requestPresence = (tx: Tx, extensionRowId: string) =>
    queue.send(tx, readPresenceJob, { extensionRowId }, { singletonKey: extensionRowId })

  return {
    /** An extension is connected. */
    async onConnect(tx: Tx, extensionRowId: string): Promise<void> {
      // What waited for the grant to come back goes out now.
      await wakeLane(tx, queue, extensionRowId)
      await requestCallSync(tx, queue, extensionRowId)
      await requestAdoption(tx, queue, extensionRowId)
      await requestDirectoryOf(tx, deps, extensionRowId)
      await requestContacts(tx, deps, extensionRowId)
      await beginHistory(tx, deps, extensionRowId)
      await requestTemplates(tx, queue, extensionRowId)
    },

    /** Its notifications reach us, after a time in which they may not have. */
    async onSubscribed(tx: Tx, extensionRowId: string): Promise<void> {
      await requestSync(tx, queue, extensionRowId)
      await requestHighVolumeSync(tx, queue, extensionRowId)
      await requestConsentSync(tx, queue, extensionRowId)
      await requestCallSync(tx, queue, extensionRowId)
      await requestPresence(tx, extensionRowId)
    },

    /** Features of its tenant are on again. */
    async onSwitchedOn(tx: Tx, extensionRowId: string, switchedOn: readonly Feature[]) {
      await requestEndUnfollowed(tx, queue, extensionRowId)
      if (switchedOn.includes('CALLS')) await requestCallSync(tx, queue, extensionRowId)
      if (switchedOn.includes('PRESENCE')) await requestPresence(tx, extensionRowId)
      if (switchedOn.includes('DIRECTORY')) await requestDirectoryOf(tx, deps, extensionRowId)
      if (switchedOn.includes('CONTACTS')) await requestContacts(tx, deps, extensionRowId)
    },

    /** Who its user is has changed. */
    onChange: correctEntry,

    /** Extensions are disconnected. */
    async onDisconnect(tx: Tx, record: RecordEvent, extensionRowIds: string[]): Promise<void> {
      await failNotConnected(tx, record, deps, extensionRowIds)
      await forgetPeople(tx, extensionRowIds)
      await forgetTemplates(tx, extensionRowIds)
      const theirs = { extensionRowIds: { hasSome: extensionRowIds } }
      await endUnfollowed(tx, record, theirs, clock.now())
    },

    /** Somebody wants no more texts of a number. */
    async onOptOut(tx: Tx, record: RecordEvent, consent: Consent): Promise<void> {
      await tendBatchesOf(tx, deps, await cancelOptedOut(tx, record, consent))
    },
  }
}

/** What a tenant has elsewhere goes before its rows: its grants at RingCentral, its media. */
export function releaseTenant(deps: {
  db: Db
  store: MediaStore
  disconnecting: Disconnecting
  logger: Logger
}) {
  return async (tenantId: string): Promise<void> => {
    await deps.disconnecting.disconnectTenant(tenantId).catch((error) => {
      if (!(error instanceof NotConnectedError)) throw error
    })
    await removeMediaOf(deps, tenantId)
  }
}
