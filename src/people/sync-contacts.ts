import { z } from 'zod'
import type { Db } from '../db/client.ts'
import { Prisma } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers } from '../extensions/covers.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { holdConnected } from '../extensions/hold-connected.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { ContactSync } from '../ringcentral/client.ts'
import { RingCentralRefusedError, SyncTokenExpiredError } from '../ringcentral/errors.ts'
import { isOn } from '../tenants/features.ts'
import { contactFacts, homeOf } from './contact-row.ts'
import { syncContactsJob } from './jobs.ts'
import { saveContacts } from './save-contacts.ts'

/** The rest of the Heavy calls stays with call logs and with what people change. */
const share = 0.6

/** How far a read has come: thousands of contacts are more pages than a minute has Heavy calls. */
const progressShape = z.object({
  startedAt: z.coerce.date(),
  /** The token that it began with; without one it is a full read. */
  since: z.string().nullable(),
  pageId: z.string().nullable(),
  /** For the next time: of several pages, the first one's. */
  nextToken: z.string().nullable(),
})
type Progress = z.output<typeof progressShape>

/** Brings our copy of an extension's address book up to RingCentral's. */
export const syncContacts = ({
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
  return implementJob(syncContactsJob, async ({ extensionRowId }) => {
    const extension = await db.extension.findUnique({
      where: { id: extensionRowId },
      include: { contactCopy: true, phoneNumbers: { take: 1, orderBy: { phoneNumber: 'asc' } } },
    })
    if (!extension || !covers(extension, 'ReadContacts')) return
    if (!(await isOn(db, extension.tenantId, 'CONTACTS'))) return
    const book = { extensionRowId, tenantId: extension.tenantId }
    const home = homeOf(extension.phoneNumbers)
    const resumed = progressShape.safeParse(extension.contactCopy?.progress)
    let progress = resumed.success ? resumed.data : begin(extension.contactCopy?.syncToken ?? null)
    await note(progress)
    try {
      for (;;) {
        const page = await read(progress)
        if (!page) {
          progress = begin(null)
          continue
        }
        const next = {
          ...progress,
          pageId: page.nextPageId ?? null,
          nextToken: progress.nextToken ?? page.syncToken ?? null,
        }
        if (!(await write(page, next)) || !page.nextPageId) return
        progress = next
      }
    } catch (error) {
      if (error instanceof NotConnectedError) return
      if (!(error instanceof RingCentralRefusedError)) throw error
      logger.warn({ err: error, extension: extensionRowId }, 'An address book could not be read')
      await db.contactCopy.updateMany({
        where: { extensionRowId },
        data: { progress: Prisma.DbNull },
      })
    }

    function begin(since: string | null): Progress {
      return { startedAt: clock.now(), since, pageId: null, nextToken: null }
    }

    async function note(begun: Progress) {
      const data = { attemptedAt: clock.now(), progress: stored(begun) }
      await db.contactCopy.upsert({
        where: { extensionRowId },
        create: { ...book, ...data },
        update: data,
      })
    }

    /** @returns undefined when only a full read helps */
    function read({ since, pageId }: Progress): Promise<ContactSync | undefined> {
      const page = pageId === null ? {} : { pageId }
      return access
        .call(
          extensionRowId,
          ({ addressBook }) =>
            addressBook.sync(
              since === null
                ? { type: 'full', ...page }
                : { type: 'incremental', syncToken: since, ...page },
            ),
          { share },
        )
        .catch((error) => {
          if (error instanceof SyncTokenExpiredError) return undefined
          throw error
        })
    }

    /** @returns whether the extension is still connected; else nothing is written */
    function write(page: ContactSync, next: Progress): Promise<boolean> {
      const { startedAt, since, nextToken, pageId } = next
      return inTransaction(db, async (tx) => {
        if (!(await holdConnected(tx, extensionRowId))) return false
        const facts = page.contacts.map((contact) => contactFacts(contact, home))
        await saveContacts(tx, book, facts, clock.now())
        await tx.contact.deleteMany({
          where: { extensionRowId, rcContactId: { in: page.goneIds } },
        })
        const isLast = pageId === null
        if (isLast && since === null) {
          await tx.contact.deleteMany({ where: { extensionRowId, seenAt: { lt: startedAt } } })
        }
        await tx.contactCopy.update({
          where: { extensionRowId },
          data: isLast
            ? { progress: Prisma.DbNull, syncToken: nextToken, syncedAt: startedAt }
            : { progress: stored(next) },
        })
        return true
      })
    }
  })
}

function stored({ startedAt, ...rest }: Progress) {
  return { ...rest, startedAt: startedAt.toISOString() }
}
