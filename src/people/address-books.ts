import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { covers } from '../extensions/covers.ts'
import { whereTokenLives } from '../extensions/token-lives.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import { waitUntil } from '../lib/wait-until.ts'
import { whereOn } from '../tenants/features.ts'
import { requestContacts } from './request-contacts.ts'

declare module '../graphql/context.ts' {
  interface Services {
    addressBooks: AddressBooks
  }
}

export type AddressBooks = ReturnType<typeof createAddressBooks>

/** RingCentral tells nobody of changes in an address book. */
const staleAfter = minutes(10)
/** The first question waits for the first read. */
const waitAtMost = seconds(3)

/** How fresh our copies of address books are, and who sees to it. */
export function createAddressBooks({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) {
  return {
    /** Has old copies compared again; waits a moment for one that was never read. */
    async refresh(tenantId: string, extensionRowId?: string | null): Promise<void> {
      const extensions = await db.extension.findMany({
        where: {
          tenantId,
          tenant: whereOn('CONTACTS'),
          // For everybody's at once, no tokens are renewed.
          ...(extensionRowId
            ? { id: extensionRowId, grant: { isNot: null } }
            : { grant: whereTokenLives(clock.now()) }),
        },
        select: { id: true, scopes: true, contactCopy: true },
      })
      const readable = extensions.filter((extension) => covers(extension, 'ReadContacts'))
      const fresh = after(clock.now(), -staleAfter)
      for (const { id, contactCopy } of readable) {
        if (contactCopy?.syncedAt && contactCopy.syncedAt >= fresh) continue
        await inTransaction(db, (tx) => requestContacts(tx, { queue, clock }, id))
      }
      const hopeless = after(clock.now(), -seconds(10))
      const missing = readable.flatMap(({ id, contactCopy: copy }) =>
        !copy?.syncedAt && !(copy?.attemptedAt && copy.attemptedAt < hopeless) ? id : [],
      )
      if (missing.length === 0) return
      const there = () =>
        db.contactCopy.count({
          where: { extensionRowId: { in: missing }, syncedAt: { not: null } },
        })
      await waitUntil(async () => (await there()) === missing.length, waitAtMost)
    },

    /** Compares now, and waits until what was changed before must have been seen. @returns whether it has */
    async compareNow(extensionRowId: string): Promise<boolean> {
      const since = clock.now()
      await inTransaction(db, (tx) =>
        requestContacts(tx, { queue, clock }, extensionRowId, { atOnce: true }),
      )
      return waitUntil(async () => {
        const copy = await db.contactCopy.findUnique({ where: { extensionRowId } })
        return copy?.syncedAt != null && copy.syncedAt >= since
      }, waitAtMost)
    },
  }
}
