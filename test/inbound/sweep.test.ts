import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { sweepNotificationsJob } from '../../src/inbound/jobs.ts'
import { minutes } from '../../src/lib/clock.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { stranger } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

describe('stored notifications whose jobs got lost', () => {
  it('are dealt with by the sweep, once, when they have waited for two minutes', async () => {
    const time = sharedTime()
    const gateway = await startGateway({ ...time, app: { ...time.app, role: 'web' } })
    const asWorker = { role: 'worker', publicUrl: gateway.url } as const
    const worker = await gateway.startInstance(asWorker)
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const jobs = await createJobRunner(gateway)
    await jobs.idle()
    await worker.close()

    const hears = await acme.subscribe(
      'subscription { messageReceived { message { text recovered } } }',
    )
    for (const text of ['One', 'Two', 'Three']) {
      gateway.simulator.inbound({ from: stranger, to: ava.number, text })
    }
    await gateway.simulator.settled()
    const waiting = () => gateway.db.notification.count({ where: { processedAt: null } })
    const stored = await waiting()
    expect(stored).toBeGreaterThanOrEqual(3)
    await gateway.db.$executeRaw`DELETE FROM pgboss.job WHERE name = 'process-notification'`
    await gateway.startInstance(asWorker)
    await gateway.db.$executeRaw`DELETE FROM pgboss.schedule`

    await jobs.run(sweepNotificationsJob, {})
    await jobs.idle()
    expect(await waiting()).toBe(stored)

    // Comparing with RingCentral's store would find them as well, and call them recovered.
    const path = '/restapi/v1.0/account/*/extension/*/message-sync'
    gateway.simulator.planFault({ kind: 'status', status: 503, path })
    await time.pass(minutes(2.5))
    await Promise.all([jobs.run(sweepNotificationsJob, {}), jobs.run(sweepNotificationsJob, {})])
    await expect.poll(waiting, { timeout: 10_000 }).toBe(0)
    await expect.poll(() => hears.received).toHaveLength(3)
    await sleep(200)
    const texts = hears.received.map(({ messageReceived: { message } }) => message.text)
    expect(texts.sort()).toEqual(['One', 'Three', 'Two'])
    for (const { messageReceived } of hears.received) {
      expect(messageReceived.message.recovered).toBe(false)
    }
  })
})
