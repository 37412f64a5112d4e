import { fromPrisma, type JobResult, type JobWithMetadata, PgBoss } from 'pg-boss'
import type { Tx } from '../db/client.ts'
import type { Logger } from '../lib/logger.ts'
import type { JobDefinition, JobImplementation } from './define-job.ts'
import { RetryLaterError } from './retry-later.ts'

export type SendOptions = { startAfter?: Date; singletonKey?: string }

/** When a job without a payload is made by itself: cron in UTC. */
export type Schedule = { job: JobDefinition<Record<string, never>>; cron: string }

export type JobQueue = Awaited<ReturnType<typeof createJobQueue>>

/** pg-boss notices a worker that died when it has missed its heartbeat for this long. */
const heartbeatSeconds = 10
const stopWithinMs = 6_000

/** The jobs' queue: pg-boss on the same Postgres, so that a job commits with what it is about. */
export async function createJobQueue(options: {
  databaseUrl: string
  jobs: readonly Omit<JobDefinition<object>, 'payload'>[]
  /** Whether this process works on jobs, or only hands them in. */
  works: boolean
  logger: Logger
}) {
  const { jobs, works, logger } = options
  const boss = new PgBoss({
    connectionString: options.databaseUrl,
    application_name: 'ringql-jobs',
    max: works ? 8 : 2,
    connectionTimeoutMillis: 5_000,
    useListenNotify: works,
    supervise: works,
    schedule: works,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
  })
  boss.on('error', (error) => logger.error({ err: error }, 'The job queue has a problem'))
  boss.on('warning', ({ message: reason }) => logger.debug({ reason }, 'The job queue warns'))
  await boss.start()
  for (const job of jobs) {
    await boss.createQueue(job.name, {
      policy: job.policy,
      expireInSeconds: job.expireInSeconds,
      retryLimit: job.retryLimit,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: job.retryDelayMax,
      heartbeatSeconds,
      notify: true,
    })
  }

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
        await boss.work(
          job.name,
          {
            // Batches let a full queue run without pauses between fetches; each job is settled by itself.
            batchSize: 2,
            burstWhenBatchFull: true,
            perJobResults: true,
            includeMetadata: true,
            localConcurrency: job.concurrency,
            pollingIntervalSeconds: 1,
            notifyPollingIntervalSeconds: 1,
          },
          (batch: JobWithMetadata<object>[]) => Promise.all(batch.map(run)),
        )
      }
      for (const { job, cron } of schedules) await boss.schedule(job.name, cron, {})
    },

    /** Lets running jobs finish for a while, hands back the others, and closes its connections. */
    async close(): Promise<void> {
      await boss.stop({ graceful: true, close: true, timeout: stopWithinMs })
    },
  }
}
