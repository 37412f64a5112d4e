import type { Db } from '../db/client.ts'
import type { Prisma } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { implementJob, type JobDefinition } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, days } from '../lib/clock.ts'
import { NotConnectedError } from './errors.ts'
import type { Grants } from './grants.ts'
import {
  checkWebhooksJob,
  discoverNumbersJob,
  ensureWebhookJob,
  rediscoverNumbersJob,
  refreshDueGrantsJob,
  refreshGrantJob,
} from './jobs.ts'
import { whereWorthAsking } from './worth-asking.ts'

/** Idle grants are taken in this many at a time; the token endpoint's budget sets the real pace. */
const grantsAtATime = 50
const linksKeptFor = days(30)

type Deps = { db: Db; queue: Pick<JobQueue, 'send'>; clock: Clock }
type ExtensionJob = JobDefinition<{ extensionRowId: string }>

async function sendForEach({ db, queue }: Deps, job: ExtensionJob, extensionRowIds: string[]) {
  for (const extensionRowId of extensionRowIds) {
    await inTransaction(db, (tx) =>
      queue.send(tx, job, { extensionRowId }, { singletonKey: extensionRowId }),
    )
  }
}

/** Every minute: the grants that are due, idle ones and those whose last refresh failed. */
export const refreshDueGrants = (deps: Deps) =>
  implementJob(refreshDueGrantsJob, async () => {
    const due = await deps.db.grant.findMany({
      where: { refreshDueAt: { lte: deps.clock.now() } },
      orderBy: { refreshDueAt: 'asc' },
      take: grantsAtATime,
      select: { extensionRowId: true },
    })
    const extensionRowIds = due.map((grant) => grant.extensionRowId)
    await sendForEach(deps, refreshGrantJob, extensionRowIds)
  })

/** Every few minutes: RingCentral switches a webhook off without telling, and ours have to be renewed. */
export const checkWebhooks = (deps: Deps) =>
  implementJob(checkWebhooksJob, async () => {
    const now = deps.clock.now()
    const working = { status: 'ACTIVE', renewAt: { gt: now } } as const
    const extensionRowIds = await connected(deps.db, {
      OR: [whereWorthAsking(now), { extension: { webhookSubscriptions: { none: working } } }],
    })
    await sendForEach(deps, ensureWebhookJob, extensionRowIds)
  })

/** Daily: numbers move between extensions without a word. Old links are forgotten on the way. */
export const rediscoverNumbers = (deps: Deps) =>
  implementJob(rediscoverNumbersJob, async () => {
    await deps.db.connectToken.deleteMany({
      where: { expiresAt: { lt: after(deps.clock.now(), -linksKeptFor) } },
    })
    await sendForEach(deps, discoverNumbersJob, await connected(deps.db))
  })

async function connected(db: Db, which: Prisma.GrantWhereInput = {}): Promise<string[]> {
  const grants = await db.grant.findMany({
    where: { AND: [{ extension: { tenant: { status: 'ACTIVE' } } }, which] },
    select: { extensionRowId: true },
  })
  return grants.map((grant) => grant.extensionRowId)
}

export const refreshGrant = ({ grants }: { grants: Grants }) =>
  implementJob(refreshGrantJob, async ({ extensionRowId }) => {
    await grants.refreshDue(extensionRowId).catch((error) => {
      if (!(error instanceof NotConnectedError)) throw error
    })
  })
