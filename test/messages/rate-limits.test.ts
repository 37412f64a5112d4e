import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'

const timeOf = (entry: { at: string } | undefined) => Date.parse(entry?.at ?? '')

describe('when RingCentral says 429', () => {
  it('nothing of that extension and group calls before it is over, then all goes out; others go on', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await acme.connect(ben)
    gateway.simulator.planFault({ kind: 'rate-limit', path: '**/sms', retryAfter: 3, count: 1 })
    const first = await send(acme, { from: ava.number, to: [stranger], text: 'Ava 0' })
    await waitForStatus(acme, first.id, 'SENDING')
    while (smsRequests(gateway.simulator)[0]?.status !== 429) await sleep(10)

    const ids = [first.id]
    for (let n = 1; n < 6; n += 1) {
      ids.push((await send(acme, { from: ava.number, to: [stranger], text: `Ava ${n}` })).id)
    }
    const askedAt = Date.now()
    const bens = await send(acme, { from: ben.number, to: [stranger], text: 'Ben' })
    await waitForStatus(acme, bens.id, 'SENT', 'DELIVERED')
    expect(Date.now() - askedAt).toBeLessThan(2_000)

    for (const id of ids) await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    // What a fault refuses is in the ledger without its extension.
    const [refused] = smsRequests(gateway.simulator)
    const [next] = smsRequests(gateway.simulator, ava.extensionId)
    expect(timeOf(next) - timeOf(refused)).toBeGreaterThanOrEqual(2_990)
    expect(smsRequests(gateway.simulator).filter(({ status }) => status === 429)).toHaveLength(1)
    expect(
      gateway.simulator
        .outbox()
        .filter(({ from }) => from === ava.number)
        .map(({ text }) => text),
    ).toEqual(['Ava 0', 'Ava 1', 'Ava 2', 'Ava 3', 'Ava 4', 'Ava 5'])
  })

  it('without saying for how long, the lane waits and the message stays accepted', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    gateway.simulator.planFault({ kind: 'rate-limit', path: '**/sms', retryAfter: null })
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Patience' })
    while (smsRequests(gateway.simulator)[0]?.status !== 429) await sleep(10)
    await sleep(1_500)
    expect(smsRequests(gateway.simulator)).toHaveLength(1)
    await waitForStatus(acme, id, 'SENDING')
  })
})

describe('the gateway’s own budget', () => {
  it('lets 40 texts a minute of an extension out, and RingCentral never has to say 429', async () => {
    const gateway = await startGateway({ simulator: { limits: {} } })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const ids = []
    for (let n = 0; n < 45; n += 1) {
      ids.push((await send(acme, { from: ava.number, to: [stranger], text: `Quick ${n}` })).id)
    }
    await waitForStatus(acme, ids[35], 'SENT', 'DELIVERED')
    await sleep(1_500)
    const sent = gateway.simulator.outbox().length
    expect(sent).toBeGreaterThanOrEqual(36)
    expect(sent).toBeLessThanOrEqual(40)
    expect(gateway.simulator.ledger().filter(({ status }) => status === 429)).toEqual([])

    // A minute later, by the database's clock, which is what the budget goes by.
    await gateway.db.$executeRaw`
      UPDATE "Budget" SET "usedAt" =
        (SELECT array_agg(at - interval '1 minute') FROM unnest("usedAt") AS at)
      WHERE key LIKE '%:Medium'`
    await gateway.simulator.clock.advance(61_000)
    await gateway.db.$executeRaw`UPDATE "SendLane" SET "pausedUntil" = NULL`
    await send(acme, { from: ava.number, to: [stranger], text: 'Quick 45' })
    await waitForStatus(acme, ids[44], 'SENT', 'DELIVERED')
    expect(gateway.simulator.ledger().filter(({ status }) => status === 429)).toEqual([])
  })
})
