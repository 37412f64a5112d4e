import type { Db, Tx } from '../db/client.ts'
import type { Feature } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { applySettingsJob } from '../tenants/settings.ts'
import { ensureWebhookJob } from './jobs.ts'

/**
 * After a change of settings: has the webhook of each extension listen to what is wanted now, and what was
 * switched on begin. May run twice, and late: whoever does the work looks at the settings again.
 */
export const applySettings = ({
  db,
  queue,
  onSwitchedOn,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  /** Has everything read of an extension that belongs to these features. */
  onSwitchedOn: (tx: Tx, extensionRowId: string, switchedOn: readonly Feature[]) => Promise<void>
}) =>
  implementJob(applySettingsJob, async ({ tenantId, switchedOn }) => {
    const connected = await db.grant.findMany({
      where: { extension: { tenantId, tenant: { status: 'ACTIVE' } } },
      select: { extensionRowId: true },
    })
    for (const { extensionRowId } of connected) {
      await inTransaction(db, async (tx) => {
        await queue.send(tx, ensureWebhookJob, { extensionRowId }, { singletonKey: extensionRowId })
        await onSwitchedOn(tx, extensionRowId, switchedOn)
      })
    }
  })
