import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/lib/clock.ts'
import { createClient } from '../support/client.ts'
import { freePort } from '../support/free-port.ts'
import { ava, type Gateway, startGateway } from '../support/gateway.ts'
import { stranger } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

/** The only instance stops, with everything that it would do by itself. */
async function startOutage({ first, db }: Gateway) {
  await expect.poll(() => db.pulse.count(), { timeout: 10_000 }).toBe(1)
  await first.close()
  const downSince = performance.now()
  return {
    /** Starts another instance on the same address; the schedules rest, so that it is not their doing. */
    async end(start: () => Promise<unknown>) {
      // A pause of less than three seconds is none.
      await sleep(4_000 - (performance.now() - downSince))
      const startedAt = performance.now()
      await start()
      await db.$executeRaw`DELETE FROM pgboss.schedule`
      return () => (performance.now() - startedAt) / 1000
    },
  }
}

/** What subscribers who were away hear, in the order in which they hear it. */
async function received({ db }: Gateway) {
  const events = await db.event.findMany({
    where: { type: 'message.received' },
    orderBy: { sequence: 'asc' },
  })
  return events.map(({ snapshot }) => (snapshot as { text: string }).text)
}

describe('an outage of the gateway', () => {
  it('of a quarter of an hour loses no text: all come in by themselves, once and in order', async () => {
    const port = await freePort()
    const time = sharedTime({ app: { port, publicUrl: `http://127.0.0.1:${port}` } })
    const gateway = await startGateway(time)
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const [{ id = '' } = {}] = gateway.simulator.subscriptions()
    const outage = await startOutage(gateway)
    const missed = Array.from({ length: 100 }, (_, n) => `Missed ${n}`)
    for (const text of missed) {
      gateway.simulator.inbound({ from: stranger, to: ava.number, text })
      await time.pass(minutes(15) / missed.length)
    }
    await gateway.simulator.settled()
    expect(gateway.simulator.subscriptions()).toMatchObject([{ id, status: 'Blacklisted' }])

    const passed = await outage.end(() => gateway.startInstance())
    await expect.poll(() => received(gateway), { timeout: 20_000 }).toHaveLength(missed.length)
    console.info(`back after an outage: 100 texts were recovered in ${passed().toFixed(1)} s`)
    expect(await received(gateway)).toEqual(missed)

    // And RingCentral notifies again.
    const active = () => gateway.simulator.subscriptions().filter((one) => one.status === 'Active')
    await expect.poll(active, { timeout: 20_000 }).toHaveLength(1)
    const hears = await createClient(`http://127.0.0.1:${port}`, acme.secret).subscribe(
      'subscription { messageReceived { message { text recovered } } }',
    )
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'Live' })
    const { messageReceived } = await hears.waitFor((data) => data)
    expect(messageReceived.message).toEqual({ text: 'Live', recovered: false })
    expect(await gateway.db.message.count()).toBe(missed.length + 1)
  })

  it('of some seconds loses no text either, though RingCentral has noticed nothing', async () => {
    const port = await freePort()
    const gateway = await startGateway({ app: { port, publicUrl: `http://127.0.0.1:${port}` } })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await expect
      .poll(() => gateway.db.extension.findFirst().then((one) => one?.messagesSyncedAt))
      .toBeTruthy()
    const outage = await startOutage(gateway)
    for (const text of ['One', 'Two', 'Three']) {
      gateway.simulator.inbound({ from: stranger, to: ava.number, text })
    }
    await gateway.simulator.settled()
    expect(gateway.simulator.subscriptions()).toMatchObject([{ status: 'Active' }])
    const passed = await outage.end(() => gateway.startInstance())
    await expect.poll(() => received(gateway), { timeout: 20_000 }).toEqual(['One', 'Two', 'Three'])
    expect(passed()).toBeLessThan(seconds(20) / 1000)
  })
})
