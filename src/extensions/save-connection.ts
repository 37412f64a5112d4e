import type { Tx } from '../db/client.ts'
import type { ConnectAttempt } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { Sealer } from '../lib/sealer.ts'
import type { TokenSet } from '../ringcentral/token-set.ts'
import type { LoginApp } from './apps.ts'
import { detailsOf } from './details.ts'
import { releaseTokens } from './disconnect.ts'
import { sealTokens } from './grant-tokens.ts'
import { discoverNumbersJob, ensureWebhookJob } from './jobs.ts'
import { recordExtensionChanged } from './status.ts'
import { mapUser } from './user-mapping.ts'
import { writeDownConnected } from './write-down-grant.ts'

/** Makes an extension of what a login has brought, or gives one that was known its new grant. */
export function createSaveConnection(deps: {
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  sealer: Sealer
  /** What else happens in the transaction that connects an extension. */
  onConnect: (tx: Tx, extensionRowId: string) => Promise<void>
  clock: Clock
}) {
  const { eventLog, queue, sealer, onConnect, clock } = deps

  return async (attempt: ConnectAttempt, { ringCentral }: LoginApp, tokens: TokenSet) => {
    // Not committed yet and used already: fine here, where losing the pair costs the person one more
    // click, and only here. An extension without its account would be of little use to anybody.
    const { account } = ringCentral.api(tokens.accessToken)
    const me = await account.getExtension()
    const rcAccountId = me.accountId ?? (await account.getAccount()).id
    const { tenantId, appId } = attempt
    const facts = {
      rcAccountId,
      ...detailsOf(me),
      isAdmin: me.isAdmin,
      scopes: tokens.scopes,
      status: 'ACTIVE',
      statusReason: null,
      connectedAt: clock.now(),
      disconnectedAt: null,
    } as const
    return eventLog.transaction(async (tx, record) => {
      const before = await tx.extension.count({ where: { tenantId, extensionId: me.id } })
      const extension = await tx.extension.upsert({
        where: { tenantId_extensionId: { tenantId, extensionId: me.id } },
        create: { id: createId('Extension'), tenantId, extensionId: me.id, ...facts },
        update: facts,
      })
      const place = { tenantId, extensionRowId: extension.id }
      const sealed = { ...sealTokens(sealer, clock, place, tokens), appId }
      // RingCentral keeps about five logins of a user alive: one that nobody uses would cost another tenant theirs.
      const grant = await tx.grant.findUnique({ where: { extensionRowId: extension.id } })
      if (grant) {
        // Of the same app, the webhook stays; another one cannot see it, let alone renew it.
        const rcSubscriptionIds =
          grant.appId === appId ? [] : await subscriptionsOf(tx, extension.id)
        await releaseTokens(tx, deps, { tenantId, grant, rcSubscriptionIds })
      }
      await tx.grant.upsert({
        where: { extensionRowId: extension.id },
        create: { extensionRowId: extension.id, ...sealed },
        update: { ...sealed, version: { increment: 1 }, leaseId: null, leaseUntil: null },
      })
      // Its webhook counts again when ensure-webhook has seen it with the new grant.
      await tx.webhookSubscription.updateMany({
        where: { extensionRowId: extension.id, status: 'ACTIVE' },
        data: { status: 'CREATING' },
      })
      await tx.connectAttempt.update({
        where: { id: attempt.id },
        data: { extensionRowId: extension.id },
      })
      for (const job of [discoverNumbersJob, ensureWebhookJob]) {
        await queue.send(tx, job, { extensionRowId: extension.id }, { singletonKey: extension.id })
      }
      const link = await tx.connectToken.findUnique({ where: { id: attempt.connectTokenId } })
      if (link?.userId) {
        // A conflict undoes all of this: who cannot be mapped is not connected either.
        await mapUser(tx, { tenantId, userId: link.userId, extensionId: me.id }, clock.now())
      }
      await writeDownConnected(tx, extension, { again: before > 0, attempt })
      await onConnect(tx, extension.id)
      recordExtensionChanged(record, extension)
      return extension
    })
  }
}

async function subscriptionsOf(tx: Tx, extensionRowId: string): Promise<string[]> {
  const webhooks = await tx.webhookSubscription.findMany({
    where: { extensionRowId, status: { in: ['CREATING', 'ACTIVE'] } },
  })
  return webhooks.flatMap(({ rcSubscriptionId }) => rcSubscriptionId ?? [])
}
