import { z } from 'zod'
import type { Db } from '../db/client.ts'
import { defineJob, implementJob } from '../jobs/define-job.ts'
import { after, type Clock, days } from '../lib/clock.ts'

/** How long events are kept: a subscriber that was away for less than this misses nothing. */
export const eventRetention = days(7)

export const pruneEventsJob = defineJob({ name: 'prune-events', payload: z.object({}) })

/** Forgets events that are past their time. Cursors among them then answer CURSOR_EXPIRED. */
export const pruneEvents = ({ db, clock }: { db: Db; clock: Clock }) =>
  implementJob(pruneEventsJob, async () => {
    const before = after(clock.now(), -eventRetention)
    // The mark moves first: a reader that looks in between is told too early rather than too late.
    await db.$executeRaw`
      UPDATE "EventLog" AS log SET "prunedSequence" = old."sequence"
      FROM (
        SELECT "tenantId", max("sequence") AS "sequence" FROM "Event"
        WHERE "occurredAt" < ${before} GROUP BY "tenantId"
      ) AS old
      WHERE log."tenantId" = old."tenantId" AND log."prunedSequence" < old."sequence"`
    await db.$executeRaw`
      DELETE FROM "Event" AS event USING "EventLog" AS log
      WHERE event."tenantId" = log."tenantId" AND event."sequence" <= log."prunedSequence"`
  })
