import { randomUUID } from 'node:crypto'
import type { Db, Tx } from '../db/client.ts'

/** The right to send for an extension, until it runs out. */
export type Lane = { extensionRowId: string; leaseId: string }

/** Longer than one attempt can take: RingCentral's 20 s, a refresh, and the commits around them. */
const leaseSeconds = 60

/** The lease was lost while its holder was paused: somebody else sends now. */
export class LaneLostError extends Error {
  override name = 'LaneLostError'
}

/**
 * Takes the lane of an extension if it is free. Leases live in our own table because a queue may run a
 * job twice: then two workers meet here, and one leaves.
 */
export async function takeLane(db: Db, extensionRowId: string): Promise<Lane | undefined> {
  const leaseId = randomUUID()
  const taken = await db.$executeRaw`
    INSERT INTO "SendLane" AS lane ("extensionRowId", "leaseId", "leaseUntil")
    SELECT "id", ${leaseId}, clock_timestamp() + ${leaseSeconds} * interval '1 second'
    FROM "Extension" WHERE "id" = ${extensionRowId}
    ON CONFLICT ("extensionRowId") DO UPDATE
      SET "leaseId" = excluded."leaseId", "leaseUntil" = excluded."leaseUntil"
      WHERE (lane."leaseUntil" IS NULL OR lane."leaseUntil" < clock_timestamp())
        AND (lane."pausedUntil" IS NULL OR lane."pausedUntil" <= clock_timestamp())`
  return taken === 1 ? { extensionRowId, leaseId } : undefined
}

/**
 * Checks, within the transaction that writes an attempt, that the lane is still ours, and keeps it for
 * another while. Locks the lane until the commit.
 *
 * @throws LaneLostError
 */
export async function holdLane(tx: Tx, lane: Lane): Promise<void> {
  const held = await tx.$executeRaw`
    UPDATE "SendLane" SET "leaseUntil" = clock_timestamp() + ${leaseSeconds} * interval '1 second'
    WHERE "extensionRowId" = ${lane.extensionRowId} AND "leaseId" = ${lane.leaseId}`
  if (held !== 1) throw new LaneLostError()
}

export async function leaveLane(db: Db, lane: Lane): Promise<void> {
  await db.sendLane.updateMany({
    where: { extensionRowId: lane.extensionRowId, leaseId: lane.leaseId },
    data: { leaseId: null, leaseUntil: null },
  })
}

/** Nobody sends in the lane before `until`. */
export async function pauseLane(tx: Tx, extensionRowId: string, until: Date): Promise<void> {
  await tx.sendLane.updateMany({ where: { extensionRowId }, data: { pausedUntil: until } })
}
