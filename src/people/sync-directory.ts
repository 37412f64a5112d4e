import type { Db, Tx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers } from '../extensions/covers.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { holdConnected } from '../extensions/hold-connected.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import type { DirectoryEntry } from '../ringcentral/directory-entry.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { isOn } from '../tenants/features.ts'
import { syncDirectoryJob } from './jobs.ts'
import type { Company } from './request-directory.ts'
import { searchTextOf } from './search-text.ts'

/** The rest of the Medium calls stays with texts and what people wait for. */
const share = 0.6
/** RingCentral's guide allows 2000; its own document of the API says 1000. */
const perPage = 1000

/**
 * Makes our copy of a company's directory what RingCentral's is: page by page, and what no page had is
 * gone. A read that breaks off leaves the copy as it was, with what it has seen brought up to date.
 */
export const syncDirectory = ({
  db,
  access,
  clock,
  logger,
}: {
  db: Db
  access: ExtensionAccess
  clock: Clock
  logger: Logger
}) => {
  return implementJob(syncDirectoryJob, async (company) => {
    // Asked for before it was switched off.
    if (!(await isOn(db, company.tenantId, 'DIRECTORY'))) return
    const where = { tenantId_rcAccountId: company }
    const before = await db.directoryCopy.findUnique({ where })
    // More pages than the budget has calls: the read goes on where it had to wait.
    const resumed = before?.nextPage != null && before.attemptedAt
    const startedAt = resumed || clock.now()
    const firstPage = (resumed && before?.nextPage) || 1
    const begun = { attemptedAt: startedAt, nextPage: firstPage }
    await db.directoryCopy.upsert({ where, create: { ...company, ...begun }, update: begun })
    const reader = await whoReads(company)
    if (!reader) return
    try {
      for (let page = firstPage; ; page += 1) {
        const { entries, hasNextPage } = await access.call(
          reader,
          ({ directory }) => directory.listEntries({ page, perPage }),
          { share },
        )
        // Other companies' people, whom RingCentral may show as well.
        const own = entries.filter(
          ({ accountId = company.rcAccountId }) => accountId === company.rcAccountId,
        )
        const nextPage = hasNextPage ? page + 1 : null
        if (!(await write(reader, company, own, startedAt, nextPage)) || !hasNextPage) return
      }
    } catch (error) {
      if (error instanceof NotConnectedError) return
      if (!(error instanceof RingCentralRefusedError)) throw error
      // The same the next time; whoever asks again after a while begins again.
      await db.directoryCopy.updateMany({ where: company, data: { nextPage: null } })
      logger.warn({ err: error, extension: reader }, 'A directory could not be read')
    }
  })

  /** An admin if there is one, and whoever was used last: their token is alive. */
  async function whoReads({ tenantId, rcAccountId }: Company): Promise<string | undefined> {
    const connected = await db.extension.findMany({
      where: { tenantId, rcAccountId, grant: { isNot: null } },
      orderBy: [{ isAdmin: 'desc' }, { grant: { accessTokenExpiresAt: 'desc' } }],
      select: { id: true, scopes: true },
    })
    return connected.find((extension) => covers(extension, 'ReadAccounts'))?.id
  }

  /** @returns whether the reader is still connected; else nothing is written */
  function write(
    reader: string,
    company: Company,
    entries: DirectoryEntry[],
    startedAt: Date,
    nextPage: number | null,
  ): Promise<boolean> {
    return inTransaction(db, async (tx) => {
      // Waits for a disconnect that is under way, which deletes the copy.
      if (!(await holdConnected(tx, reader))) return false
      await save(tx, company, entries, startedAt)
      const isLast = nextPage === null
      if (isLast) {
        await tx.directoryEntry.deleteMany({ where: { ...company, seenAt: { lt: startedAt } } })
      }
      await tx.directoryCopy.updateMany({
        where: company,
        data: { nextPage, ...(isLast && { syncedAt: startedAt }) },
      })
      return true
    })
  }
}

/** In one statement: there may be tens of thousands. */
async function save(
  tx: Tx,
  { tenantId, rcAccountId }: Company,
  entries: readonly DirectoryEntry[],
  seenAt: Date,
): Promise<void> {
  const rows = JSON.stringify(entries.map(rowOf), withoutNul)
  await tx.$executeRaw`
    INSERT INTO "DirectoryEntry" ("id", "tenantId", "rcAccountId", "extensionId", "type", "status", "name",
      "extensionNumber", "email", "department", "jobTitle", "phoneNumbers", "searchText", "seenAt")
    SELECT row."id", ${tenantId}, ${rcAccountId}, row."extensionId", row."type", row."status", row."name",
      row."extensionNumber", row."email", row."department", row."jobTitle", row."phoneNumbers", row."searchText", ${seenAt}
    FROM jsonb_to_recordset(${rows}::jsonb) AS row("id" text, "extensionId" text, "type" text, "status" text,
      "name" text, "extensionNumber" text, "email" text, "department" text, "jobTitle" text,
      "phoneNumbers" text[], "searchText" text)
    ON CONFLICT ("tenantId", "rcAccountId", "extensionId") DO UPDATE SET
      "type" = excluded."type", "status" = excluded."status", "name" = excluded."name",
      "extensionNumber" = excluded."extensionNumber", "email" = excluded."email",
      "department" = excluded."department", "jobTitle" = excluded."jobTitle",
      "phoneNumbers" = excluded."phoneNumbers", "searchText" = excluded."searchText", "seenAt" = excluded."seenAt"`
}

/** Postgres cannot store U+0000. */
function withoutNul(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\u0000', '') : value
}

function rowOf(entry: DirectoryEntry) {
  const { id, type, status, extensionNumber, email, department, jobTitle } = entry
  const fullName = [entry.firstName, entry.lastName].filter(Boolean).join(' ')
  const name = entry.name || fullName || extensionNumber || id
  const phoneNumbers = [...new Set(entry.phoneNumbers.map(({ phoneNumber }) => phoneNumber))]
  return {
    id: createId('DirectoryEntry'),
    extensionId: id,
    type: type ?? 'Unknown',
    status,
    name,
    // RingCentral writes what there is not as an empty text.
    extensionNumber: extensionNumber || null,
    email: email || null,
    department: department || null,
    jobTitle: jobTitle || null,
    phoneNumbers,
    searchText: searchTextOf([name, extensionNumber, email, department, jobTitle], phoneNumbers),
  }
}
