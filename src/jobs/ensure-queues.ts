import type { PgBoss } from 'pg-boss'
import { minutes } from '../lib/clock.ts'
import type { JobDefinition } from './define-job.ts'

export type Queue = Omit<JobDefinition<object>, 'payload'>

/** pg-boss notices a worker that died when it has missed its heartbeat for this long. */
const heartbeatSeconds = 10

/** Who looks for workers that have died reads the whole table: so what is done does not stay in it for long. */
const deleteAfterSeconds = minutes(5) / 1000

/** Makes the queues that are not there yet, and brings the others up to what their jobs say now. */
export async function ensureQueues(boss: PgBoss, jobs: readonly Queue[]): Promise<void> {
  const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]))
  for (const job of jobs) {
    const options = optionsOf(job)
    const queue = known.get(job.name)
    if (!queue) await boss.createQueue(job.name, { policy: job.policy, ...options })
    else if (Object.entries(options).some(([name, value]) => Reflect.get(queue, name) !== value))
      await boss.updateQueue(job.name, options)
  }
}

function optionsOf({ expireInSeconds, retryLimit, retryDelayMax }: Queue) {
  return {
    expireInSeconds,
    retryLimit,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax,
    heartbeatSeconds,
    deleteAfterSeconds,
    notify: true,
  }
}
