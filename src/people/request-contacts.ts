import type { Tx } from '../db/client.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { whereOn } from '../tenants/features.ts'
import { syncContactsJob } from './jobs.ts'

/** Each comparison is a Heavy call or more, of ten a minute. */
const distance = minutes(1)

/** Has an address book compared with RingCentral's soon; at once when somebody waits for what they changed. */
export async function requestContacts(
  tx: Tx,
  { queue, clock }: { queue: Pick<JobQueue, 'send'>; clock: Clock },
  extensionRowId: string,
  { atOnce = false } = {},
): Promise<void> {
  const wanted = await tx.extension.findUnique({
    where: { id: extensionRowId, tenant: whereOn('CONTACTS') },
    select: { id: true },
  })
  if (!wanted) return
  const copy = await tx.contactCopy.findUnique({ where: { extensionRowId } })
  const notBefore = !atOnce && copy?.attemptedAt && after(copy.attemptedAt, distance)
  await queue.send(
    tx,
    syncContactsJob,
    { extensionRowId },
    {
      // What waits for its time must not keep away what is wanted now.
      singletonKey: atOnce ? `${extensionRowId}:now` : extensionRowId,
      ...(notBefore && notBefore > clock.now() && { startAfter: notBefore }),
    },
  )
}
