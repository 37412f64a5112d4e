import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabase } from '../../src/db/client.ts'
import { processNotificationJob } from '../../src/inbound/jobs.ts'
import { createJobQueue } from '../../src/jobs/queue.ts'
import { createTestDatabase } from '../support/database.ts'

test('a job that a function of the database hands in is as pg-boss would have written it, column by column', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const db = createDatabase({ url: database.url, applicationName: 'ringql-test', poolSize: 1 })
  onTestFinished(() => db.$disconnect())
  const queue = await createJobQueue({
    databaseUrl: database.url,
    jobs: [processNotificationJob],
    works: false,
    logger: pino({ level: 'silent' }),
  })
  onTestFinished(() => queue.close())
  const payload = { notificationIds: ['ntf_1', 'ntf_2'] }

  // In one transaction, at one moment.
  await db.$transaction(async (tx) => {
    await queue.send(tx, processNotificationJob, payload)
    await tx.$executeRaw`SELECT "sendJob"(${processNotificationJob.name}, ${payload}::jsonb)::text`
  })
  const [ours, theirs, ...others] = await db.$queryRaw<{ job: object }[]>`
    SELECT to_jsonb(job) - 'id' AS job FROM pgboss.job`
  expect(ours?.job).toMatchObject({ name: 'process-notification', data: payload, state: 'created' })
  expect(ours).toEqual(theirs)
  expect(others).toEqual([])
})
