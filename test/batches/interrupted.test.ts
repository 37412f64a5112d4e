import { afterAll, beforeAll, expect, test } from 'vitest'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
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
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({
    shared: true,
    app: { role: 'web' },
    simulator: { limits: wideLimits },
  })
  await gateway.startInstance({
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
