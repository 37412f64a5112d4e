import { expect, test } from 'vitest'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { send, stranger } from '../support/texts.ts'
import { people, readBatch, sendBatch, wideLimits } from './batches.ts'

/** RingCentral's minute in seconds: the gateway learns it from the headers. `PACE_*`: the long run. */
const windowSeconds = Number(process.env.PACE_WINDOW_SECONDS ?? 12)
const each = Number(process.env.PACE_TEXTS_EACH ?? 40)
const limit = 40

test('a batch uses what RingCentral allows, is never told to slow down, and lets people go first', async () => {
  const gateway = await startGateway({
    simulator: {
      limits: { ...wideLimits, Medium: limit, windowSeconds, penaltySeconds: windowSeconds },
    },
  })
  const acme = await gateway.createTenant()
  const people2 = [ava, ben]
  for (const person of people2) await acme.connect(person)
  const outbox = () => gateway.simulator.outbox()
  const from = people2.map(({ number }) => number)

  const began = Date.now()
  const { id } = await sendBatch(acme, {
    from,
    text: 'To all of you',
    recipients: people(each * people2.length).map((to) => ({ to })),
  })
  await expect.poll(async () => (await readBatch(acme, id)).messages.totalCount).toBe(each * 2)
  const { messageBatch } = await acme.query(
    `{ messageBatch(id: "${id}") { messages(last: 1) { nodes { id estimatedSendAt } } } }`,
  )
  const [last] = messageBatch.messages.nodes
  const estimatedMs = Date.parse(last.estimatedSendAt) - began

  // Somebody texts by hand, again and again.
  const waits: number[] = []
  let over = false
  const byHand = (async () => {
    for (let n = 0; !over; n += 1) {
      const text = `By hand ${n}`
      const askedAt = Date.now()
      await send(acme, { from: ava.number, to: [stranger], text })
      await expect.poll(() => outbox().some((one) => one.text === text)).toBe(true)
      waits.push(Date.now() - askedAt)
    }
  })()
  await expect
    .poll(async () => (await readBatch(acme, id)).status, { timeout: 1_800_000, interval: 250 })
    .toBe('COMPLETED')
  over = true
  await byHand

  const times = outbox().map(({ acceptedAt }) => Date.parse(acceptedAt))
  const tookMs = Math.max(...times) - began
  const refused = gateway.simulator.ledger().filter(({ status }) => status === 429)
  expect(refused).toEqual([])
  const sent = outbox().filter(({ text }) => text === 'To all of you')
  expect(new Set(sent.map(({ to }) => to.join())).size).toBe(each * 2)
  waits.sort((a, b) => a - b)
  const p95 = waits[Math.floor(waits.length * 0.95)] ?? 0
  console.info(
    `${each} each in ${tookMs} ms (estimated ${estimatedMs} ms); by hand n ${waits.length}, p95 ${p95} ms`,
  )
  expect(waits.length).toBeGreaterThan(0)
}, 2_000_000)
