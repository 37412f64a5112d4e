import type { PgBoss } from 'pg-boss'
import { seconds } from '../lib/clock.ts'
import { every, type Repeated } from '../lib/every.ts'
import type { Logger } from '../lib/logger.ts'
import type { Crew } from './crew.ts'

const lookEveryMs = 500
const listenAgainMs = seconds(1)

/** As pg-boss names it, whose own listener would wake all workers of a queue for each job. */
const channelOf = `SELECT 'pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24) AS channel`

type Seen = {
  /** The queues in which a job waits whose time has come. */
  due: string[]
  /** Whether there is a job whose worker died, or takes too long. */
  abandoned: boolean
}

/**
 * Wakes workers when there is something to do. A job that is handed in for at once notifies them. Nobody notifies
 * when the time comes of what was put off, or is to be tried again, and a notification can be lost: so one
 * question looks for all of that in all queues, where each worker would otherwise ask for its own. It finds jobs
 * without a worker as well, which pg-boss, asking by itself, would only find at the price of a dozen statements.
 */
export async function watchJobs(
  boss: PgBoss,
  crews: ReadonlyMap<string, Crew>,
  logger: Logger,
): Promise<Repeated> {
  const db = boss.getDb()
  const queues = [...crews.keys()]

  async function look() {
    // The conditions are pg-boss's own, so that its index answers, and it finds what we have found.
    const { rows } = await db.executeSql(
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
    for (const name of seen?.due ?? []) crews.get(name)?.wakeAll()
    if (seen?.abandoned) await boss.supervise()
  }
  const looking = every(lookEveryMs, look, (error) =>
    logger.warn({ err: error }, 'Could not look for jobs that are due; trying again'),
  )

  let ear: { close(): Promise<void> } | undefined
  async function listen() {
    if (ear) return
    const { rows } = await db.executeSql(channelOf)
    const hear = (queue: string) => crews.get(queue)?.wakeOne()
    // What was missed while it was deaf is due by then.
    ear = await db.listen?.(rows[0].channel, hear, () => undefined)
  }
  // Deaf, it still sees within half a second what there is to do.
  const deaf = (error: unknown) =>
    logger.warn({ err: error }, 'Cannot hear of new jobs; looking for them, and trying again')
  await listen().catch(deaf)
  // pg-boss listens again by itself only where it once could.
  const listening = every(listenAgainMs, listen, deaf)

  return {
    async close() {
      await looking.close()
      await listening.close()
      await ear?.close()
    },
  }
}
