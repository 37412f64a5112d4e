import type { Db, Tx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { NewEvent } from './event.ts'
import type { Hints } from './hints.ts'

/** Notes an event; it is written with the transaction it happens in. */
export type RecordEvent = (event: NewEvent) => void

export type EventLog = ReturnType<typeof createEventLog>

/** The writing side of the tenants' event logs. */
export function createEventLog({ db, hints }: { db: Db; hints: Hints }) {
  return {
    /**
     * Does `work` in a transaction and writes the events it records with it: all or nothing. The
     * tenant's counter is taken last, just before the commit, so that the log's order is the order of
     * commits and a tenant's writers wait for each other as briefly as possible.
     *
     * `work` runs again when Postgres asks for it (a serialization conflict, a deadlock): it must
     * change nothing but the database.
     */
    async transaction<Result>(
      work: (tx: Tx, record: RecordEvent) => Promise<Result>,
    ): Promise<Result> {
      const heads = new Map<string, bigint>()
      const result = await inTransaction(db, async (tx) => {
        heads.clear()
        const events: NewEvent[] = []
        const value = await work(tx, (event) => events.push(event))
        const byTenant = Map.groupBy(events, (event) => event.tenantId)
        // In the order of the ids, so that two transactions over the same tenants cannot deadlock.
        for (const tenantId of [...byTenant.keys()].sort()) {
          heads.set(tenantId, await append(tx, tenantId, byTenant.get(tenantId) ?? []))
        }
        return value
      })
      for (const [tenantId, sequence] of heads) hints.publish({ tenantId, sequence })
      return result
    },

    /** After the commit of a statement that has written events by itself (`appendEvents` in the migrations). */
    announce(tenantId: string, sequence: bigint): void {
      hints.publish({ tenantId, sequence })
    },
  }
}

async function append(tx: Tx, tenantId: string, events: NewEvent[]): Promise<bigint> {
  const rows = JSON.stringify(
    events.map(({ type, subjectId, snapshot }) => ({ type, subjectId, snapshot })),
  )
  const [head] = await tx.$queryRaw<{ lastSequence: bigint }[]>`
    WITH head AS (
      UPDATE "EventLog" SET "lastSequence" = "lastSequence" + ${events.length}
      WHERE "tenantId" = ${tenantId}
      RETURNING "lastSequence"
    ), written AS (
      INSERT INTO "Event" ("tenantId", "sequence", "type", "subjectId", "snapshot", "occurredAt")
      SELECT ${tenantId}, head."lastSequence" - ${events.length} + row.place,
             row.event->>'type', row.event->>'subjectId', row.event->'snapshot', clock_timestamp()
      FROM head, jsonb_array_elements(${rows}::jsonb) WITH ORDINALITY AS row(event, place)
    )
    SELECT "lastSequence" FROM head`
  if (!head) throw new Error(`Tenant ${tenantId} has no event log`)
  return head.lastSequence
}
