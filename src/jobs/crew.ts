import type { JobResult, JobWithMetadata, PgBoss } from 'pg-boss'
import { minutes } from '../lib/clock.ts'
import type { JobDefinition } from './define-job.ts'

/** Workers are woken, see watchJobs: they need not ask by themselves. */
const pollEverySeconds = minutes(5) / 1000

/** Some workers of one queue, in this process. */
export type Crew = {
  /** There may be one job more. One worker looks: if all did, as pg-boss has it, most would look in vain. */
  wakeOne(): void
  /** There are jobs that wait. */
  wakeAll(): void
}

/** Sets workers to work, each of which fetches for itself whenever it is woken, until it finds nothing. */
export async function startCrew(
  boss: PgBoss,
  {
    name,
    concurrency,
    batchSize,
  }: Pick<JobDefinition<object>, 'name' | 'concurrency' | 'batchSize'>,
  run: (job: JobWithMetadata<object>) => Promise<JobResult>,
): Promise<Crew> {
  const workers: { id: string; isBusy: boolean }[] = []
  let turn = 0

  const wakeAll = () => {
    for (const { id } of workers) boss.notifyWorker(id)
  }
  /** In turn, since who was woken a moment ago may be fetching still. Who is busy looks when it has finished. */
  const wakeOne = () => {
    for (let tried = 0; tried < workers.length; tried += 1) {
      turn = (turn + 1) % workers.length
      const worker = workers[turn]
      if (worker && !worker.isBusy) return boss.notifyWorker(worker.id)
    }
    wakeAll()
  }

  for (let place = 0; place < concurrency; place += 1) {
    const worker = { id: '', isBusy: false }
    workers.push(worker)
    worker.id = await boss.work(
      name,
      {
        // Batches let a full queue run without pauses between fetches; each job is settled by itself.
        batchSize,
        burstWhenBatchFull: true,
        perJobResults: true,
        includeMetadata: true,
        pollingIntervalSeconds: pollEverySeconds,
      },
      async (batch: JobWithMetadata<object>[]) => {
        worker.isBusy = true
        if (batch.length === batchSize) wakeOne()
        try {
          return await Promise.all(batch.map(run))
        } finally {
          worker.isBusy = false
        }
      },
    )
  }
  return { wakeOne, wakeAll }
}
