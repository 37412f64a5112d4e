import { Prisma } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import { asTenant } from '../lib/request-scope.ts'
import type { LoggedEvent } from './event.ts'

/** A tenant's next events after a place, so many at most. */
export type ReadEvents = (tenantId: string, after: bigint, most: number) => Promise<LoggedEvent[]>

type Row = Omit<LoggedEvent, 'sequence'> & { sequence: string }

/** Past Prisma, since it is done for each event in each process that has subscribers. */
export function createReadEvents(readRows: ReadRows): ReadEvents {
  return async (tenantId, after, most) => {
    // A hint wakes who reads, which comes on nobody's behalf.
    const rows = await asTenant(tenantId, () =>
      readRows<Row>(Prisma.sql`
        SELECT "tenantId", "sequence", "type", "subjectId", "snapshot", "occurredAt" FROM "Event"
        WHERE "tenantId" = ${tenantId} AND "sequence" > ${after}
        ORDER BY "sequence" LIMIT ${most}`),
    )
    return rows.map(({ sequence, ...event }) => ({ ...event, sequence: BigInt(sequence) }))
  }
}
