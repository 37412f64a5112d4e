import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { SyncTokenExpiredError } from '../ringcentral/errors.ts'
import type { MessageSync } from '../ringcentral/message-sync.ts'
import { syncMessagesJob } from './jobs.ts'
import { recordInbound } from './record-inbound.ts'
import { moveStatus, statusFromRingCentral } from './status.ts'

/** A full sync begins a little before the last one, since clocks differ. */
const overlap = minutes(10)

/**
 * Brings our messages up to RingCentral's store: delivery statuses, and inbound texts whose
 * notification got lost. One request, however many messages changed.
 */
export const syncMessages = ({
  db,
  eventLog,
  access,
  clock,
}: {
  db: Db
  eventLog: EventLog
  access: ExtensionAccess
  clock: Clock
}) => {
  return implementJob(syncMessagesJob, async ({ extensionRowId }) => {
    const extension = await db.extension.findUnique({ where: { id: extensionRowId } })
    if (!extension) return
    const startedAt = clock.now()
    const sync = await read(extension).catch((error) => {
      if (error instanceof NotConnectedError) return undefined
      throw error
    })
    if (sync) await write(extension, sync, startedAt)
  })

  function read(extension: Extension): Promise<MessageSync> {
    const full = () => {
      const dateFrom = after(extension.messagesSyncedAt ?? extension.connectedAt, -overlap)
      return access.call(extension.id, (api) =>
        api.messages.syncMessages({ type: 'full', dateFrom, recordCount: 250 }),
      )
    }
    const syncToken = extension.messageSyncToken
    if (!syncToken) return full()
    return access
      .call(extension.id, (api) => api.messages.syncMessages({ type: 'incremental', syncToken }))
      .catch((error) => {
        if (error instanceof SyncTokenExpiredError) return full()
        throw error
      })
  }

  /** The token moves on together with what it stands for, or not at all. */
  async function write(extension: Extension, sync: MessageSync, startedAt: Date) {
    const { id: extensionRowId, tenantId } = extension
    const changed = sync.messages.filter((message) => message.direction === 'Outbound')
    const ours = await db.message.findMany({
      where: { extensionRowId, rcMessageId: { in: changed.map((message) => message.id) } },
      select: { id: true, rcMessageId: true },
    })
    const idOf = new Map(ours.map((message) => [message.rcMessageId, message.id]))
    await eventLog.transaction(async (tx, record) => {
      const { count } = await tx.extension.updateMany({
        where: { id: extensionRowId, grant: { isNot: null } },
        data: { messageSyncToken: sync.syncToken, messagesSyncedAt: startedAt },
      })
      if (count === 0) return
      for (const message of sync.messages) {
        if (message.direction === 'Inbound') {
          await recordInbound(tx, record, { tenantId, extensionRowId }, message)
        }
        const messageId = idOf.get(message.id)
        if (messageId) {
          const change = statusFromRingCentral(message.status, message.deliveryErrorCode)
          await moveStatus(tx, record, messageId, change)
        }
      }
    })
  }
}
