import type { Db, Tx } from '../db/client.ts'
import type { Extension, HistoryImport } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { requireAbility } from '../extensions/abilities.ts'
import type { ExtensionService } from '../extensions/service.ts'
import { recordExtensionChanged } from '../extensions/status.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, days } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { longestHistoryDays } from '../tenants/settings.ts'
import { importHistoryJob } from './jobs.ts'

declare module '../graphql/context.ts' {
  interface Services {
    importHistory: ImportHistory
  }
}

type Deps = { queue: Pick<JobQueue, 'send'>; clock: Clock }

export type ImportHistory = (
  tenantId: string,
  input: { extensionId: string; since: Date },
) => Promise<Extension>

/**
 * Has the older messages of an extension read from RingCentral, in the background. Throws ExtensionNotFoundError,
 * NotConnectedError, GrantLacksScopeError, InvalidInputError.
 */
export function createImportHistory({
  db,
  eventLog,
  extensions,
  ...deps
}: Deps & {
  db: Db
  eventLog: EventLog
  extensions: Pick<ExtensionService, 'findConnected'>
}): ImportHistory {
  return async (tenantId, { extensionId, since }) => {
    const now = deps.clock.now()
    if (since >= now || since < after(now, -days(longestHistoryDays + 1))) {
      throw new InvalidInputError(
        'since',
        `\`since\` lies in the past, at most ${longestHistoryDays} days ago.`,
      )
    }
    const extension = await extensions.findConnected(tenantId, extensionId)
    await requireAbility(db, extension, 'RECEIVE_SMS')
    await eventLog.transaction(async (tx, record) => {
      if (await goBack(tx, deps, extension, since)) recordExtensionChanged(record, extension)
    })
    return extension
  }
}

/** On connection: as far back as the tenant's settings say. */
export async function beginHistory(tx: Tx, deps: Deps, extensionRowId: string): Promise<void> {
  const extension = await tx.extension.findUniqueOrThrow({
    where: { id: extensionRowId },
    include: { tenant: { select: { historyDays: true } } },
  })
  const { historyDays } = extension.tenant
  if (historyDays > 0) {
    await goBack(tx, deps, extension, after(deps.clock.now(), -days(historyDays)))
  }
}

/**
 * Goes on from where an import has come to, if it has not come far enough: what is later is here, by the import or, since
 * it was connected, by comparing.
 *
 * @returns whether there is something to do
 */
async function goBack(
  tx: Tx,
  { queue, clock }: Deps,
  { id: extensionRowId, tenantId }: Pick<Extension, 'id' | 'tenantId'>,
  since: Date,
): Promise<boolean> {
  const known = await lock(tx, extensionRowId)
  if (known && known.reachedAt <= since) return false
  const now = clock.now()
  const begun = { status: 'RUNNING', reason: null, finishedAt: null, movedAt: now } as const
  if (known) {
    const farthest = known.status === 'RUNNING' && known.since < since ? known.since : since
    // Where it stood within a page counts only in the same stretch of time.
    const page = farthest.getTime() === known.since.getTime() ? known.page : 1
    await tx.historyImport.update({
      where: { extensionRowId },
      data: { ...begun, since: farthest, page },
    })
  } else {
    await tx.historyImport.create({
      data: { extensionRowId, tenantId, ...begun, since, reachedAt: now, startedAt: now },
    })
  }
  await queue.send(tx, importHistoryJob, { extensionRowId }, { singletonKey: extensionRowId })
  return true
}

/** Held until the commit: the page that is being written meanwhile comes before or after. */
async function lock(tx: Tx, extensionRowId: string): Promise<HistoryImport | null> {
  await tx.$queryRaw`
    SELECT 1 FROM "HistoryImport" WHERE "extensionRowId" = ${extensionRowId} FOR UPDATE`
  return tx.historyImport.findUnique({ where: { extensionRowId } })
}
