import { beforeEach, describe, expect, it } from 'vitest'
import { hours, minutes } from '../../src/lib/clock.ts'
import { sweepMessagesJob, tendBatchJob } from '../../src/messages/jobs.ts'
import { people, readBatch, sendBatch } from '../batches/batches.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { sharedTime } from '../support/time.ts'

/** More than twice what one transaction may take. */
const many = 450

let gateway: Gateway
let acme: TestTenant
let time: ReturnType<typeof sharedTime>
let jobs: Awaited<ReturnType<typeof createJobRunner>>
let batchId: string

beforeEach(async () => {
  time = sharedTime()
  gateway = await startGateway(time)
  jobs = await createJobRunner(gateway)
  acme = await gateway.createTenant()
  await acme.connect(ava)
  const sendAt = new Date(Date.now() + hours(1))
  const later = { from: [ava.number], text: 'Later', sendAt, validFor: 60 }
  const batch = await sendBatch(acme, {
    ...later,
    recipients: people(many).map((to) => ({ to })),
  })
  batchId = batch.id
  await expect.poll(async () => (await readBatch(acme, batchId)).messages.totalCount).toBe(many)
})

const countOf = (status: 'EXPIRED' | 'SENDING_FAILED') =>
  gateway.db.message.count({ where: { batchId, status } })

/** How many events of one kind were committed together, at most: so long others waited. */
async function mostTogether(status: string): Promise<number | undefined> {
  const [most] = await gateway.db.$queryRaw<{ together: number }[]>`
    SELECT count(*)::int AS together FROM "Event"
    WHERE "type" = 'message.status' AND "snapshot"->>'status' = ${status}
    GROUP BY xmin ORDER BY 1 DESC LIMIT 1`
  return most?.together
}

describe('hundreds of texts that end together do it in many short transactions', () => {
  it('when their time is over', async () => {
    await time.pass(hours(2))
    await jobs.run(tendBatchJob, { batchId })
    expect(await countOf('EXPIRED')).toBe(many)
    expect(await mostTogether('EXPIRED')).toBeLessThanOrEqual(200)
  })

  it('when their extension is disconnected, and what is made for it later does not wait for ever', async () => {
    await acme.query('mutation { disconnect { __typename } }')
    await expect.poll(() => countOf('SENDING_FAILED')).toBe(many)
    expect(await mostTogether('SENDING_FAILED')).toBeLessThanOrEqual(200)

    // As a batch makes them that was about to.
    const late = { status: 'SCHEDULED', errorCode: null, errorMessage: null } as const
    await gateway.db.message.updateMany({
      where: { batchId, to: { has: people(1)[0] } },
      data: late,
    })
    await time.pass(minutes(1))
    await jobs.run(sweepMessagesJob, {})
    await expect.poll(() => countOf('SENDING_FAILED')).toBe(many)
  })
})
