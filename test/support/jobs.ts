import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import { onTestFinished } from 'vitest'
import type { JobDefinition } from '../../src/jobs/define-job.ts'
import type { Gateway } from './gateway.ts'

type State = { state: string; output: unknown }

/**
 * Hands jobs to a gateway's workers at once, where a schedule would take minutes or a day; from now on
 * the schedules themselves rest.
 */
export async function createJobRunner({ db, databaseUrl }: Pick<Gateway, 'db' | 'databaseUrl'>) {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    max: 1,
    supervise: false,
    schedule: false,
    migrate: false,
  })
  boss.on('error', () => undefined)
  await boss.start()
  await db.$executeRaw`DELETE FROM pgboss.schedule`
  onTestFinished(() => boss.stop({ graceful: false, close: true }))

  /** Hands a job in and answers how it ended, the first time that it was worked on: `completed` or `retry`. */
  async function run<Payload extends object>(job: JobDefinition<Payload>, payload: Payload) {
    const id = await boss.send(job.name, payload, { singletonKey: randomUUID() })
    for (const giveUpAt = Date.now() + 25_000; ; await sleep(15)) {
      const [found] = await db.$queryRaw<State[]>`
        SELECT state::text, output FROM pgboss.job WHERE id = ${id}::uuid`
      if (found && ['completed', 'failed', 'retry'].includes(found.state)) return found.state
      if (Date.now() > giveUpAt) throw new Error(`${job.name} is still ${found?.state} after 25 s`)
    }
  }

  /** Waits until no job that is due is left. */
  async function idle() {
    for (const giveUpAt = Date.now() + 25_000; ; await sleep(25)) {
      const due = await db.$queryRaw<{ name: string }[]>`
        SELECT DISTINCT name FROM pgboss.job
        WHERE state IN ('created', 'retry', 'active') AND start_after <= now()
          AND name NOT LIKE '\\_\\_pgboss%'`
      if (due.length === 0) return
      if (Date.now() > giveUpAt) throw new Error(`Still at work: ${due.map((job) => job.name)}`)
    }
  }

  /** Waits until what the calls of these jobs have used is written down, which is done once a second: see extensions/uses.ts. */
  async function settled() {
    await idle()
    await sleep(1_500)
  }

  /** Drops the jobs that are put off: what they would do at some real moment is no part of the test. */
  const dropLater = () => db.$executeRaw`
    DELETE FROM pgboss.job WHERE state IN ('created', 'retry') AND start_after > now()`

  return { run, idle, settled, dropLater }
}
