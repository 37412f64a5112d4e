import type pg from 'pg'
import { fromPrisma, type JobResult, type JobWithMetadata, PgBoss } from 'pg-boss'
import type { Tx } from '../db/client.ts'
import type { Repeated } from '../lib/every.ts'
import type { Logger } from '../lib/logger.ts'
import { type Crew, startCrew } from './crew.ts'
import type { JobDefinition, JobImplementation } from './define-job.ts'
import { ensureQueues, type Queue } from './ensure-queues.ts'
import { PreparedClient } from './prepared-client.ts'
import { RetryLaterError } from './retry-later.ts'
import { watchJobs } from './watch-jobs.ts'

export type SendOptions = { startAfter?: Date; singletonKey?: string }

/** When a job without a payload is made by itself: cron in UTC. */
export type Schedule = { job: JobDefinition<Record<string, never>>; cron: string }

export type JobQueue = Awaited<ReturnType<typeof createJobQueue>>

const stopWithinMs = 6_000

/** The jobs' queue: pg-boss on the same Postgres, so that a job commits with what it is about. */
export async function createJobQueue(options: {
  databaseUrl: string
  jobs: readonly Queue[]
  /** Whether this process works on jobs, or only hands them in. */
  works: boolean
  logger: Logger
}) {
  const { jobs, works, logger } = options
  // What pg-boss does not know it hands on to the pool.
  const preparing: Pick<pg.PoolConfig, 'Client'> = { Client: PreparedClient }
  const boss = new PgBoss({
    ...preparing,
    connectionString: options.databaseUrl,
    application_name: 'ringql-jobs',
    // What a job does commits by itself. Who lost the newest moments of the queue does the last jobs once more.
    options: '-c synchronous_commit=off',
    max: works ? 8 : 2,
    connectionTimeoutMillis: 5_000,
    supervise: works,
    schedule: works,
    // By itself to delete what is done; when a worker has died, as soon as that is seen: see watchJobs.
    superviseIntervalSeconds: 60,
    monitorIntervalSeconds: 1,
    maintenanceIntervalSeconds: 60,
  })
  boss.on('error', (error) => logger.error({ err: error }, 'The job queue has a problem'))
  boss.on('warning', ({ message: reason }) => logger.debug({ reason }, 'The job queue warns'))
  await boss.start()
  await ensureQueues(boss, jobs)
  let watch: Repeated | undefined

  return {
    /**
     * Hands in a job within the caller's transaction: it exists if, and only if, that commits. Hands
     * in nothing when a job with the same `singletonKey` is waiting already (policy `short`).
     */
    async send<Payload extends object>(
      tx: Tx,
      job: JobDefinition<Payload>,
      payload: Payload,
      { startAfter, singletonKey }: SendOptions = {},
    ): Promise<void> {
      // Without a key, the whole queue would keep one waiting job, and lose all others in silence.
      if (job.policy === 'short' && !singletonKey)
        throw new Error(`${job.name} needs a singletonKey`)
      await boss.send(job.name, payload, {
        db: fromPrisma(tx),
        ...(startAfter && { startAfter }),
        ...(singletonKey && { singletonKey }),
      })
    },

    /** Begins to work, and keeps the schedules. */
    async work(implementations: JobImplementation[], schedules: Schedule[]): Promise<void> {
      const crews = new Map<string, Crew>()
      for (const { job, handle } of implementations) {
        const run = async (fetched: JobWithMetadata<object>): Promise<JobResult> => {
          const { id, data, signal, singletonKey } = fetched
          const jobLogger = logger.child({ job: job.name, jobId: id })
          try {
            await handle(job.payload.parse(data), { signal, logger: jobLogger })
            return { id, status: 'completed' }
          } catch (error) {
            if (error instanceof RetryLaterError) {
              await boss.send(job.name, data, {
                startAfter: error.retryAt,
                ...(singletonKey && { singletonKey }),
              })
              return { id, status: 'completed' }
            }
            jobLogger.warn({ err: error }, 'A job failed; it will be tried again')
            // The name only: a message may quote what must not be stored in clear.
            const output = { error: error instanceof Error ? error.name : 'unknown' }
            return { id, status: 'failed', output }
          }
        }
        crews.set(job.name, await startCrew(boss, job, run))
      }
      watch = await watchJobs(boss, crews, logger)
      for (const { job, cron } of schedules) await boss.schedule(job.name, cron, {})
    },

    /** Lets running jobs finish for a while, hands back the others, and closes its connections. */
    async close(): Promise<void> {
      await watch?.close()
      await boss.stop({ graceful: true, close: true, timeout: stopWithinMs })
    },
  }
}
