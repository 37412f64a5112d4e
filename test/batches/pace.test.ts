import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { send, stranger } from '../support/texts.ts'
import { people, readBatch, sendBatch, sumOf, wideLimits } from './batches.ts'

const limit = 3
const windowSeconds = 7
const each = 4

/** Ava's first text travels for long, those after it do not: to RingCentral they come closer together than they left. */
function createSlowStart(): typeof fetch {
  let begun = false
  return async (url, init) => {
    const isText = init?.method === 'POST' && String(url).endsWith('/sms')
    if (!begun && isText && String(init?.body).includes(`"from":{"phoneNumber":"${ava.number}"`)) {
      begun = true
      await sleep(2_000)
    }
    return fetch(url, init)
  }
}

test('a batch is never told to slow down, keeps its order, and lets people go first', async () => {
  const gateway = await startGateway({
    app: { fetch: createSlowStart() },
    simulator: {
      limits: { ...wideLimits, Medium: limit, windowSeconds, penaltySeconds: windowSeconds },
    },
  })
  const acme = await gateway.createTenant()
  for (const person of [ava, ben]) await acme.connect(person)
  const heard = (from: string) =>
    gateway.simulator
      .outbox()
      .filter((one) => one.from === from)
      .map(({ to, text }) => ({ to: to.join(), text }))

  const all = people(2 * each)
  const { id } = await sendBatch(acme, {
    from: [ava.number, ben.number],
    text: 'To all of you',
    recipients: all.map((to) => ({ to })),
  })
  await expect.poll(async () => (await readBatch(acme, id)).messages.totalCount).toBe(2 * each)
  const { messageBatch } = await acme.query(
    `{ messageBatch(id: "${id}") { messages(first: 100) { nodes { from to estimatedSendAt } } } }`,
  )

  // Somebody texts by hand while it is on its way, more than RingCentral allows at once.
  const whenAsked: number[] = []
  for (let n = 0; n <= limit; n += 1) {
    await send(acme, { from: ava.number, to: [stranger], text: `By hand ${n}` })
    whenAsked.push(heard(ava.number).length)
  }
  await expect
    .poll(
      async () => {
        const { status, counts } = await readBatch(acme, id)
        expect(sumOf(counts)).toBe(2 * each)
        return status
      },
      { timeout: 60_000 },
    )
    .toBe('COMPLETED')

  expect(gateway.simulator.ledger().filter(({ status }) => status === 429)).toEqual([])
  for (const [n, place] of whenAsked.entries()) {
    const since = heard(ava.number).slice(place)
    const before = since.slice(
      0,
      since.findIndex(({ text }) => text === `By hand ${n}`),
    )
    // The one that was being handed over when it was asked for, and no other.
    const ofBatch = before.filter(({ text }) => text === 'To all of you')
    expect(ofBatch.length).toBeLessThanOrEqual(1)
  }
  for (const { number } of [ava, ben]) {
    const sent = heard(number).flatMap(({ to, text }) => (text === 'To all of you' ? [to] : []))
    expect(sent).toHaveLength(each)
    expect(sent).toEqual(all.filter((to) => sent.includes(to)))
    // What had not left by then had been told its moment, in that order.
    const estimates = messageBatch.messages.nodes
      .filter((message: any) => message.from === number && message.estimatedSendAt)
      .sort((one: any, other: any) => sent.indexOf(one.to[0]) - sent.indexOf(other.to[0]))
      .map(({ estimatedSendAt }: any) => estimatedSendAt)
    expect(new Set(estimates).size).toBeGreaterThan(1)
    expect(estimates).toEqual(estimates.toSorted())
  }
}, 90_000)
