import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startDyingSender, told } from '../support/dying-sender.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'

describe('a worker whose process is killed while it sends', () => {
  it.each([
    ['whose job the queue gives to another one', true],
    ['of whose job the queue knows nothing', false],
  ])('and %s leaves its lane within 15 seconds, and nothing is sent twice', async (_, queued) => {
    const gateway = await startGateway({ app: { role: 'web' } })
    const first = await gateway.startInstance({ role: 'worker', publicUrl: gateway.url })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const jobs = await createJobRunner(gateway)
    await jobs.idle()
    await first.close()

    const child = await startDyingSender(gateway)
    const sending = told(child, 'sending')
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1) {
      const { id } = await send(acme, { from: ava.number, to: [stranger], text: `Text ${n}` })
      ids.push(id)
    }
    await sending
    // Healthy, but not in this lane: its job is the other one's.
    await gateway.startInstance({ role: 'worker', publicUrl: gateway.url })
    await sleep(500)
    expect(gateway.simulator.outbox()).toHaveLength(1)

    if (!queued) await gateway.db.$executeRaw`DELETE FROM pgboss.job WHERE name = 'send-sms'`
    const killedAt = performance.now()
    child.kill('SIGKILL')
    while (gateway.simulator.outbox().length < 3 && performance.now() - killedAt < 15_000) {
      await sleep(20)
    }
    const seconds = (performance.now() - killedAt) / 1000
    console.info(`the lane of a killed worker went on after ${seconds.toFixed(1)} s`)
    expect(seconds).toBeLessThan(15)
    for (const id of ids) await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    const texts = gateway.simulator.outbox().map(({ text }) => text)
    expect(texts).toEqual(['Text 0', 'Text 1', 'Text 2'])
    expect(smsRequests(gateway.simulator)).toHaveLength(3)
  })
})
