import type { PgBoss } from 'pg-boss'
import { every, type Repeated } from '../lib/every.ts'
import type { Logger } from '../lib/logger.ts'

const lookEveryMs = 500

type Seen = {
  /** The queues in which a job waits whose time has come. */
  due: string[]
  /** Whether there is a job whose worker died, or takes too long. */
  abandoned: boolean
}

/**
 * Wakes a queue's workers when one of its jobs is due. What is handed in for at once wakes them by NOTIFY. Nobody
 * notifies when the time comes of what was put off, or is to be tried again, and a notification can be lost: so
 * one question looks for all of that in all queues, where each worker would otherwise ask for its own. It finds
 * jobs without a worker as well, which pg-boss, asking by itself, would only find at the price of a dozen statements.
 */
export function watchJobs(
  boss: PgBoss,
  /** Of each queue, its workers in this process. */
  workers: ReadonlyMap<string, readonly string[]>,
  logger: Logger,
): Repeated {
  const queues = [...workers.keys()]

  async function look() {
    // The conditions are pg-boss's own, so that its index answers, and it finds what we have found.
    const { rows } = await boss.getDb().executeSql(
      `SELECT
         ARRAY(
           SELECT queue.name FROM unnest($1::text[]) AS queue(name)
           WHERE EXISTS (SELECT FROM pgboss.job WHERE job.name = queue.name AND job.state < 'active'
             AND NOT job.blocked AND job.start_after <= pgboss.job_now())
         ) AS due,
         EXISTS (SELECT FROM pgboss.job WHERE job.state = 'active'
           AND (job.heartbeat_on + job.heartbeat_seconds * interval '1s' < pgboss.job_now()
             OR job.started_on + job.expire_seconds * interval '1s' < pgboss.job_now())
         ) AS abandoned`,
      [queues],
    )
    const [seen] = rows as Seen[]
    for (const name of seen?.due ?? []) {
      for (const worker of workers.get(name) ?? []) boss.notifyWorker(worker)
    }
    if (seen?.abandoned) await boss.supervise()
  }
  return every(lookEveryMs, look, (error) =>
    logger.warn({ err: error }, 'Could not look for jobs that are due; trying again'),
  )
}
