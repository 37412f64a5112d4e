import { z } from 'zod'
import type { Db } from '../db/client.ts'
import { defineJob, implementJob } from '../jobs/define-job.ts'
import { after, type Clock, days } from '../lib/clock.ts'

/** Forgets client tokens that are over; made by a schedule. */
export const pruneClientTokensJob = defineJob({
  name: 'prune-client-tokens',
  payload: z.object({}),
})

/** For who asks what became of one. What its row forgets, its signature keeps: over is over. */
const retention = days(7)

export const pruneClientTokens = ({ db, clock }: { db: Db; clock: Clock }) =>
  implementJob(pruneClientTokensJob, async () => {
    await db.clientToken.deleteMany({
      where: { expiresAt: { lt: after(clock.now(), -retention) } },
    })
  })
