import type { Db } from '../db/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import type { ExtensionService } from '../extensions/service.ts'
import type { MediaAddresses } from '../http/media-addresses.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import type { MediaStore } from '../media/store.ts'
import { createAcceptInternal } from './accept-internal.ts'
import { createAcceptSms } from './accept-sms.ts'
import { createAttachments } from './attachments.ts'
import { createCancelMessage } from './cancel.ts'
import { createEstimateSendAt } from './estimate-send-at.ts'
import { createPreflight } from './preflight.ts'
import { createReadState } from './read-state.ts'
import { createSyncNow } from './request-sync.ts'
import { createRescheduleMessage } from './reschedule.ts'
import { createResolveUnconfirmed } from './resolve-unconfirmed.ts'

/** What resolvers do with messages. */
export function createMessageServices(deps: {
  db: Db
  readRows: ReadRows
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  extensions: ExtensionService
  store: MediaStore
  attachmentAddresses: MediaAddresses
  refreshDirectory: Parameters<typeof createAcceptInternal>[0]['refreshDirectory']
  clock: Clock
}) {
  return {
    acceptSms: createAcceptSms(deps),
    acceptInternal: createAcceptInternal(deps),
    preflight: createPreflight(deps),
    estimateSendAt: createEstimateSendAt(deps),
    cancelMessage: createCancelMessage(deps),
    rescheduleMessage: createRescheduleMessage(deps),
    resolveUnconfirmed: createResolveUnconfirmed(deps),
    readState: createReadState(deps),
    syncNow: createSyncNow(deps),
    attachments: createAttachments({ ...deps, addresses: deps.attachmentAddresses }),
  }
}
