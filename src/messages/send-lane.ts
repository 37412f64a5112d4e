import { randomUUID } from 'node:crypto'
import type { Db, Tx } from '../db/client.ts'
import { Prisma } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import { withoutWaiting } from '../db/without-waiting.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { seconds } from '../lib/clock.ts'
import { sendMoreSmsJob, sendSmsJob } from './jobs.ts'

/** The right to send for an extension, for as long as it is renewed. */
export type Lane = { extensionRowId: string; leaseId: string }

/** `isInterrupted`: who held it before has begun an attempt, and died. */
export type TakenLane = Lane & { isInterrupted: boolean }

/**
 * A lane whose holder has died is free after this long. Whoever holds it renews it several times
 * meanwhile; who could not (it was paused, or lost the database) finds it lost when it wants to send.
 */
export const leaseMs = seconds(8)
const renewEveryMs = seconds(2)
/** From the start of the check that the lane is ours: later than that, nothing must leave any more. */
export const sendWithinMs = seconds(6)

/** A job that nobody has taken up by then may be lost. If it was only late, two will look into the lane. */
const jobTakesMs = seconds(5)

/** The lease was lost while its holder was paused: somebody else sends now. */
export class LaneLostError extends Error {
  override name = 'LaneLostError'
}

/**
 * Has somebody look into the lane after the commit. One waiting job is enough for any number of
 * messages: who takes the lane waits for the lock that this leaves on it, so what has been written
 * before is seen. A lane that has had its turn and asks for another is served by other
 * workers than those that ask for their first: so a tenant with thousands waiting does not hold up one
 * with a single text.
 */
export async function wakeLane(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
  { turn = 'first' }: { turn?: 'first' | 'another' } = {},
): Promise<void> {
  // The row is locked until the commit in any case, also when somebody has woken it before. One that rests has
  // its job, which comes when the rest is over.
  const woken = await tx.$executeRaw`
    INSERT INTO "SendLane" AS lane ("extensionRowId", "wokenAt")
    VALUES (${extensionRowId}, clock_timestamp())
    ON CONFLICT ("extensionRowId") DO UPDATE SET "wokenAt" = excluded."wokenAt"
      WHERE lane."wokenAt" IS NULL AND coalesce(lane."pausedUntil" <= clock_timestamp(), true)`
  const job = turn === 'first' ? sendSmsJob : sendMoreSmsJob
  if (woken === 1) await queue.send(tx, job, { extensionRowId })
}

/**
 * Takes the lane of an extension if it is free. Leases live in our own table because a queue may run a
 * job twice: then two workers meet here, and one leaves. From now on the lane has to be woken anew: the
 * one who holds it, or who ended its rest, looks into it. Whoever begins an attempt renews the lease with it: so
 * of one that this statement does not see yet, it sees that the lane is not free.
 */
export async function takeLane(
  { db, readRows }: { db: Db; readRows: ReadRows },
  extensionRowId: string,
): Promise<TakenLane | undefined> {
  const leaseId = randomUUID()
  const [lane] = await readRows<{ taken: boolean; isInterrupted: boolean }>(Prisma.sql`
    INSERT INTO "SendLane" AS lane ("extensionRowId", "leaseId", "leaseUntil")
    SELECT "id", ${leaseId}, clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    FROM "Extension", ${withoutWaiting(db)} WHERE "id" = ${extensionRowId}
    ON CONFLICT ("extensionRowId") DO UPDATE SET
      "wokenAt" = NULL,
      ("leaseId", "leaseUntil") = (
        SELECT CASE WHEN free THEN excluded."leaseId" ELSE lane."leaseId" END,
               CASE WHEN free THEN excluded."leaseUntil" ELSE lane."leaseUntil" END
        FROM (SELECT coalesce(lane."leaseUntil" < clock_timestamp(), true)
                 AND coalesce(lane."pausedUntil" <= clock_timestamp(), true) AS free) AS state
      )
    RETURNING "leaseId" = ${leaseId} AS taken, EXISTS (
      SELECT FROM "Message" AS message
      JOIN "MessageAttempt" AS attempt ON attempt."messageId" = message."id" AND attempt."outcome" IS NULL
      WHERE message."extensionRowId" = lane."extensionRowId" AND message."status" = 'SENDING'
    ) AS "isInterrupted"`)
  return lane?.taken ? { extensionRowId, leaseId, isInterrupted: lane.isInterrupted } : undefined
}

/** Renews the lease until it is asked to stop. */
export function keepLane(db: Db, lane: Lane): { [Symbol.dispose]: () => void } {
  const timer = setInterval(() => {
    // Without a database the lane is lost, as it should be: see holdLane.
    renew(db, lane).catch(() => undefined)
  }, renewEveryMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/**
 * Checks, within the transaction that writes an attempt, that the lane is still ours. Locks it until
 * the commit.
 *
 * @throws LaneLostError
 */
export async function holdLane(tx: Tx, lane: Lane): Promise<void> {
  if ((await renew(tx, lane)) !== 1) throw new LaneLostError()
}

function renew(db: Db | Tx, lane: Lane): Promise<number> {
  return db.$executeRaw`
    UPDATE "SendLane" SET "leaseUntil" = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    WHERE "extensionRowId" = ${lane.extensionRowId} AND "leaseId" = ${lane.leaseId}`
}

/**
 * Gives the lane back. Waits for those who are adding to it, and keeps others out until the commit.
 *
 * @returns whether it was still ours
 */
export async function releaseLane(tx: Tx, lane: Lane): Promise<boolean> {
  const { count } = await tx.sendLane.updateMany({
    where: { extensionRowId: lane.extensionRowId, leaseId: lane.leaseId },
    data: { leaseId: null, leaseUntil: null, wokenAt: null },
  })
  return count === 1
}

/** Nobody sends in the lane before `until` (null: before somebody wakes it), for a reason that a person may read. */
export async function pauseLane(
  tx: Tx,
  extensionRowId: string,
  pause: { at: Date; until: Date | null; reason: string },
): Promise<void> {
  if (pause.until) {
    const pausedUntil = pause.until
    await tx.sendLane.updateMany({ where: { extensionRowId }, data: { pausedUntil } })
  }
  await tx.sendPause.create({ data: { extensionRowId, ...pause } })
}

/** Whether nothing keeps the lane from sending any more, until which time somebody has been asked to wake it. */
export async function restIsOver(tx: Tx, extensionRowId: string): Promise<boolean> {
  const [lane] = await tx.$queryRaw<{ over: boolean }[]>`
    SELECT coalesce("pausedUntil" <= clock_timestamp(), true) AS over
    FROM "SendLane" WHERE "extensionRowId" = ${extensionRowId}`
  return lane?.over ?? false
}

/**
 * Takes lanes from holders that have died, and finds those whose waker's job is late: it may have died
 * with the worker that had just fetched it.
 *
 * @returns the extensions whose lanes need a job
 */
export async function freeLostLanes(tx: Tx): Promise<string[]> {
  const lost = await tx.$queryRaw<{ extensionRowId: string }[]>`
    UPDATE "SendLane" SET "leaseId" = NULL, "leaseUntil" = NULL, "wokenAt" = clock_timestamp()
    WHERE "leaseUntil" < clock_timestamp()
       OR "leaseUntil" IS NULL
         AND "wokenAt" < clock_timestamp() - ${jobTakesMs} * interval '1 millisecond'
    RETURNING "extensionRowId"`
  return lost.map((lane) => lane.extensionRowId)
}
