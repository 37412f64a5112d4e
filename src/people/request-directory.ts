import type { Tx } from '../db/client.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { isOn } from '../tenants/features.ts'
import { syncDirectoryJob } from './jobs.ts'

/**
 * However many colleagues come and go at once, and however many extensions tell of it: the directory is
 * read at most so often.
 */
const distance = minutes(1)

/** Whose directory. */
export type Company = { tenantId: string; rcAccountId: string }

type Deps = { queue: Pick<JobQueue, 'send'>; clock: Clock }

/** Has the directory of a company read soon; asking again before that changes nothing. */
export async function requestDirectory(
  tx: Tx,
  { queue, clock }: Deps,
  { tenantId, rcAccountId }: Company,
): Promise<void> {
  if (!(await isOn(tx, tenantId, 'DIRECTORY'))) return
  const copy = await tx.directoryCopy.findUnique({
    where: { tenantId_rcAccountId: { tenantId, rcAccountId } },
  })
  const notBefore = copy?.attemptedAt && after(copy.attemptedAt, distance)
  await queue.send(
    tx,
    syncDirectoryJob,
    { tenantId, rcAccountId },
    {
      singletonKey: `${tenantId}:${rcAccountId}`,
      ...(notBefore && notBefore > clock.now() && { startAfter: notBefore }),
    },
  )
}

/** The same, for the company of an extension. */
export async function requestDirectoryOf(
  tx: Tx,
  deps: Deps,
  extensionRowId: string,
): Promise<void> {
  const company = await tx.extension.findUnique({
    where: { id: extensionRowId },
    select: { tenantId: true, rcAccountId: true },
  })
  if (company) await requestDirectory(tx, deps, company)
}
