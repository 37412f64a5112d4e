import type { Db } from '../db/client.ts'
import type { Prisma } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { implementJob, type JobDefinition } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, days } from '../lib/clock.ts'
import { NotConnectedError } from './errors.ts'
import { forgetApps } from './forget-apps.ts'
import type { Grants } from './grants.ts'
import {
  checkWebhooksJob,
  discoverNumbersJob,
  ensureWebhookJob,
  rediscoverNumbersJob,
  refreshDueGrantsJob,
  refreshGrantJob,
} from './jobs.ts'
import { whereTokenLives } from './token-lives.ts'

/** Idle grants are taken in this many at a time; the token endpoint's budget sets the real pace. */
const grantsAtATime = 50
const linksKeptFor = days(30)
/** How often `checkWebhooks` is scheduled. */
export const checkEveryMinutes = 5

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

/**
 * Every five minutes: RingCentral switches a webhook off without telling, and ours have to be renewed.
 * Looks at every extension that is in use; idle ones have their turn, the longest unseen first, as
 * quickly as half the budget of the token endpoint carries.
 */
export const checkWebhooks = (deps: Deps & { tokenCallsPerMinute: number }) =>
  implementJob(checkWebhooksJob, async () => {
    const now = deps.clock.now()
    const working = { status: 'ACTIVE', renewAt: { gt: now } } as const
    const inUse = await connected(deps.db, {
      OR: [whereTokenLives(now), { extension: { webhookSubscriptions: { none: working } } }],
    })
    const idle = await connected(
      deps.db,
      { NOT: whereTokenLives(now) },
      {
        orderBy: { refreshedAt: 'asc' },
        take: Math.ceil((deps.tokenCallsPerMinute / 2) * checkEveryMinutes),
      },
    )
    await sendForEach(deps, ensureWebhookJob, [...new Set([...inUse, ...idle])])
  })

/** Daily: numbers move between extensions without a word. Old links and apps are forgotten on the way. */
export const rediscoverNumbers = (deps: Deps) =>
  implementJob(rediscoverNumbersJob, async () => {
    await deps.db.connectToken.deleteMany({
      where: { expiresAt: { lt: after(deps.clock.now(), -linksKeptFor) } },
    })
    await forgetApps(deps.db, deps.clock.now())
    await sendForEach(deps, discoverNumbersJob, await connected(deps.db))
  })

async function connected(
  db: Db,
  which: Prisma.GrantWhereInput = {},
  some: Pick<Prisma.GrantFindManyArgs, 'orderBy' | 'take'> = {},
): Promise<string[]> {
  const grants = await db.grant.findMany({
    ...some,
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
