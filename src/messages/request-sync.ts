import type { Db, Tx } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { ExtensionService } from '../extensions/service.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, seconds } from '../lib/clock.ts'
import { syncMessagesJob } from './jobs.ts'
import { requestHighVolumeSync } from './request-high-volume-sync.ts'

/**
 * RingCentral rings for every step of every message, and allows 50 Light calls a minute. So syncs of
 * one extension keep a distance, and each brings all that rang meanwhile.
 */
const distance = seconds(2)
/** And they leave the rest of these calls to what people are waiting for. */
export const syncShare = 0.6

/** Has the messages of an extension synced soon; asking again before that changes nothing. */
export async function requestSync(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
): Promise<void> {
  const extension = await tx.extension.findUnique({ where: { id: extensionRowId } })
  await queue.send(
    tx,
    syncMessagesJob,
    { extensionRowId },
    {
      singletonKey: extensionRowId,
      ...(extension?.messagesSyncedAt && {
        startAfter: after(extension.messagesSyncedAt, distance),
      }),
    },
  )
}

declare module '../graphql/context.ts' {
  interface Services {
    syncNow: SyncNow
  }
}

export type SyncNow = (tenantId: string, extensionId: string) => Promise<Extension>

/** What a tenant asks for. Throws ExtensionNotFoundError, NotConnectedError. */
export function createSyncNow({
  db,
  queue,
  extensions,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  extensions: Pick<ExtensionService, 'findConnected'>
}): SyncNow {
  return async (tenantId, extensionId) => {
    const extension = await extensions.findConnected(tenantId, extensionId)
    await inTransaction(db, async (tx) => {
      await requestSync(tx, queue, extension.id)
      await requestHighVolumeSync(tx, queue, extension.id)
    })
    return extension
  }
}
