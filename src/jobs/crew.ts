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

/** `woken`: it may be fetching, or have found nothing, which nobody is told. */
type Worker = { id: string; state: 'woken' | 'busy' | 'free' }

/**
 * Sets workers to work, each of which fetches for itself whenever it is woken, until it finds nothing. They begin with one, and
 * become more when nobody is free: most queues never need another, and each would fetch once at every start.
 */
export async function startCrew(
  boss: PgBoss,
  {
    name,
    concurrency,
    batchSize,
  }: Pick<JobDefinition<object>, 'name' | 'concurrency' | 'batchSize'>,
  run: (job: JobWithMetadata<object>) => Promise<JobResult>,
): Promise<Crew> {
  const workers: Worker[] = []
  let turn = 0

  async function hire() {
    // A worker begins by fetching, as one who has been woken does.
    const worker: Worker = { id: '', state: 'woken' }
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
        worker.state = 'busy'
        if (batch.length === batchSize) wakeOne()
        try {
          return await Promise.all(batch.map(run))
        } finally {
          worker.state = 'free'
        }
      },
    )
  }

  const wake = (worker: Worker) => {
    if (worker.state === 'free') worker.state = 'woken'
    if (worker.id) boss.notifyWorker(worker.id)
  }
  const wakeAll = () => {
    const nobodyIsFree = workers.every(({ state }) => state !== 'free')
    workers.forEach(wake)
    if (nobodyIsFree) hireOneMore()
  }
  const hireOneMore = () => {
    // Who cannot be hired now, since the process stops, is not missed.
    if (workers.length < concurrency) void hire().catch(() => undefined)
  }
  const wakeOne = () => {
    const free = workers.find(({ state }) => state === 'free')
    if (free) return wake(free)
    if (workers.length < concurrency) return hireOneMore()
    // Who was woken may have fetched in vain meanwhile: in turn, and who is busy looks when it has finished.
    for (let tried = 0; tried < workers.length; tried += 1) {
      turn = (turn + 1) % workers.length
      const worker = workers[turn]
      if (worker?.state === 'woken') return wake(worker)
    }
    wakeAll()
  }

  await hire()
  return { wakeOne, wakeAll }
}
