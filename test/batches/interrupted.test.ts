import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweepBatchesJob } from '../../src/batches/jobs.ts'
import { startDyingSender } from '../support/dying-sender.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'
import { createJobRunner } from '../support/jobs.ts'
import { changeBatch, people, readBatch, sendBatch, sumOf, wideLimits } from './batches.ts'

/** Lets every text through, until one is to be held on its way. */
function createGate() {
  let held: PromiseWithResolvers<void> | undefined
  let holds = false
  const gated: typeof fetch = async (url, init) => {
    const isText = init?.method === 'POST' && String(url).endsWith('/sms')
    if (isText && held) {
      holds = true
      await held.promise
    }
    return fetch(url, init)
  }
  return {
    gated,
    holdNext() {
      held = Promise.withResolvers()
      holds = false
    },
    holds: () => holds,
    letGo() {
      held?.resolve()
      held = undefined
    },
  }
}

const gate = createGate()
let gateway: Gateway
let worker: Awaited<ReturnType<Gateway['startInstance']>>
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({
    shared: true,
    app: { role: 'web' },
    simulator: { limits: wideLimits },
  })
  worker = await gateway.startInstance({
    role: 'worker',
    publicUrl: gateway.url,
    fetch: gate.gated,
  })
  acme = await gateway.createTenant()
  await acme.connect(ava)
})
afterAll(() => gateway.stop())

const heard = (text: string) =>
  gateway.simulator
    .outbox()
    .filter((one) => one.text === text)
    .map(({ to }) => to.join())
    .sort()

/** Whenever somebody looks. */
async function countsOf(id: string, total: number) {
  const report = await readBatch(acme, id)
  expect(report.counts.total).toBe(total)
  expect(sumOf(report.counts)).toBe(total)
  return report
}

const estimatesOf = async (id: string) => {
  const { messageBatch } = await acme.query(
    `{ messageBatch(id: "${id}") { messages(first: 100) { nodes { status estimatedSendAt } } } }`,
  )
  return messageBatch.messages.nodes
}

test('a batch that is paused while one of it is on its way sends that one, and the others when it is resumed', async () => {
  gate.holdNext()
  const all = people(6, 303)
  const { id } = await sendBatch(acme, {
    from: [ava.number],
    text: 'Paused',
    recipients: all.map((to) => ({ to })),
  })
  await expect.poll(() => gate.holds()).toBe(true)
  expect(await changeBatch(acme, 'pauseBatch', id)).toMatchObject({ status: 'PAUSED' })
  gate.letGo()
  await expect
    .poll(async () => (await countsOf(id, 6)).counts)
    .toMatchObject({ waiting: 5, sending: 0 })
  expect(heard('Paused')).toEqual(all.slice(0, 1))
  // They wait for somebody, and nobody can say how long.
  expect(await estimatesOf(id)).toSatisfy((messages: { estimatedSendAt: string | null }[]) =>
    messages.every(({ estimatedSendAt }) => estimatedSendAt === null),
  )
  await changeBatch(acme, 'resumeBatch', id)
  await expect
    .poll(async () => (await countsOf(id, 6)).status, { timeout: 45_000 })
    .toBe('COMPLETED')
  expect(heard('Paused')).toEqual(all)
})

test('who pauses a batch is answered when nothing of it can begin to leave any more', async () => {
  const others = await holdRows(gateway, 'LOCK TABLE "MessageAttempt" IN EXCLUSIVE MODE')
  const { id } = await sendBatch(acme, {
    from: [ava.number],
    text: 'Between',
    recipients: people(3, 505).map((to) => ({ to })),
  })
  // It may leave, and is about to say so.
  await expect.poll(() => others.waiting()).toBe(1)
  const pausing = changeBatch(acme, 'pauseBatch', id)
  await expect.poll(async () => (await readBatch(acme, id)).status).toBe('PAUSED')
  await expect.poll(() => others.waiting()).toBe(2)
  gate.holdNext()
  await others.letGo()
  expect(await pausing).toMatchObject({ status: 'PAUSED' })
  expect((await countsOf(id, 3)).counts).toMatchObject({ sending: 1, waiting: 2 })
  gate.letGo()
  await expect
    .poll(async () => (await countsOf(id, 3)).counts)
    .toMatchObject({ sending: 0, waiting: 2 })
  await changeBatch(acme, 'cancelBatch', id)
})

test('a batch for later leaves then and not before, each when its turn comes', async () => {
  const sendAt = new Date(Date.now() + 6_000)
  const all = people(4, 720)
  const { id } = await sendBatch(acme, {
    from: [ava.number],
    text: 'Later',
    recipients: all.map((to) => ({ to })),
    sendAt: sendAt.toISOString(),
  })
  await expect.poll(async () => (await countsOf(id, 4)).messages.totalCount).toBe(4)
  for (const { status, estimatedSendAt } of await estimatesOf(id)) {
    if (status === 'SCHEDULED') expect(new Date(estimatedSendAt) >= sendAt).toBe(true)
  }
  await expect
    .poll(async () => (await countsOf(id, 4)).status, { timeout: 45_000 })
    .toBe('COMPLETED')
  expect(heard('Later')).toEqual(all)
  const sent = gateway.simulator.outbox().filter(({ text }) => text === 'Later')
  for (const { acceptedAt } of sent) expect(new Date(acceptedAt) >= sendAt).toBe(true)
})

/** Whoever has both made so many texts of a batch, and counted them, stands still: in that transaction, if it is one. */
async function standStillAt(made: number, size: number) {
  await gateway.db.$executeRawUnsafe(`
    CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_advisory_xact_lock(14) FROM "MessageBatch" AS batch
      WHERE "size" = ${size} AND "filled" = ${made}
        AND (SELECT count(*) FROM "Message" WHERE "batchId" = batch."id") = ${made};
      RETURN NULL;
    END $$`)
  for (const when of ['UPDATE ON "MessageBatch"', 'INSERT ON "Message"']) {
    await gateway.db.$executeRawUnsafe(
      `CREATE TRIGGER stand_still AFTER ${when} EXECUTE FUNCTION stand_still()`,
    )
  }
  return holdRows(gateway, 'SELECT pg_advisory_xact_lock(14)')
}

test('a batch whose worker is killed while it makes its texts, and whose job gets lost, has each of them once', async () => {
  await worker.close()
  const size = 450
  const all = people(size, 970)
  const held = await standStillAt(400, size)
  const child = await startDyingSender(gateway)
  const { id } = await sendBatch(acme, {
    from: [ava.number],
    text: 'Killed',
    recipients: all.map((to) => ({ to })),
    sendAt: new Date(Date.now() + 86_400_000).toISOString(),
  })
  await expect.poll(() => held.waiting(), { timeout: 60_000 }).toBeGreaterThan(0)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await held.letGo()
  await gateway.db.$executeRaw`DROP FUNCTION stand_still CASCADE`
  expect((await countsOf(id, size)).messages.totalCount).toBe(200)

  await gateway.db.$executeRaw`DELETE FROM pgboss.job WHERE name = 'tend-batch'`
  await gateway.db.$executeRaw`
    UPDATE "MessageBatch" SET "createdAt" = "createdAt" - interval '1 minute' WHERE "id" = ${id}`
  await gateway.startInstance({ role: 'worker', publicUrl: gateway.url })
  const jobs = await createJobRunner(gateway)
  await jobs.run(sweepBatchesJob, {})
  await expect
    .poll(async () => (await countsOf(id, size)).messages.totalCount, { timeout: 60_000 })
    .toBe(size)
  const messages = await gateway.db.message.findMany({ where: { batchId: id } })
  expect(messages.flatMap(({ to }) => to).sort()).toEqual(all)

  expect(await changeBatch(acme, 'cancelBatch', id)).toMatchObject({ status: 'CANCELED' })
  await expect
    .poll(async () => (await countsOf(id, size)).counts, { timeout: 60_000 })
    .toMatchObject({ total: size, canceled: size })
}, 240_000)
