import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createDatabase } from '../../src/db/client.ts'
import { defineJob, implementJob } from '../../src/jobs/define-job.ts'
import { createJobQueue } from '../../src/jobs/queue.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createTestDatabase } from '../support/database.ts'

test('as many jobs are at work as their kind allows, and no more, though a queue begins with one worker', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const db = createDatabase({ url: database.url, applicationName: 'ringql-test', poolSize: 1 })
  onTestFinished(() => db.$disconnect())
  const job = defineJob({
    name: 'hold',
    payload: z.object({ place: z.number() }),
    concurrency: 3,
    batchSize: 1,
  })
  const logger = createLogger('silent')
  const queue = await createJobQueue({
    databaseUrl: database.url,
    jobs: [job],
    works: true,
    logger,
  })
  onTestFinished(() => queue.close())
  const { promise: letGo, resolve } = Promise.withResolvers<void>()
  const begun: number[] = []
  const done: number[] = []
  const hold = implementJob(job, async ({ place }) => {
    begun.push(place)
    await letGo
    done.push(place)
  })
  await queue.work([hold], [])

  const places = [1, 2, 3, 4, 5]
  for (const place of places) await db.$transaction((tx) => queue.send(tx, job, { place }))
  await expect.poll(() => begun.length).toBe(3)
  // Two looks for jobs that are due have come round since.
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  expect(begun).toHaveLength(3)

  resolve()
  await expect.poll(() => done.toSorted()).toEqual(places)
})
