import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../support/client.ts'
import { ava, ben, type Gateway, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'
import { isSms } from './unconfirmed.ts'

const wakeUps = ({ db }: Gateway) => db.$queryRaw<unknown[]>`
  SELECT 1 FROM pgboss.job WHERE name = 'send-sms' AND state = 'created'`

/** RingCentral's answer to a text can be held up. */
function createDoor() {
  const door = { open: true }
  const through: typeof fetch = async (url, init) => {
    const response = await fetch(url, init)
    while (isSms(url, init) && !door.open) await sleep(10)
    return response
  }
  return { door, through }
}

describe('the lane in which an extension’s texts leave', () => {
  it('is woken by one job, however many texts are accepted before anybody looks', async () => {
    const gateway = await startGateway({ app: { role: 'web' } })
    const worker = await gateway.startInstance({ role: 'worker', publicUrl: gateway.url })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const jobs = await createJobRunner(gateway)
    await jobs.idle()
    await worker.close()
    const sent = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        send(acme, { from: ava.number, to: [stranger], text: `Text ${n}` }),
      ),
    )
    expect(await wakeUps(gateway)).toHaveLength(1)
    await gateway.startInstance({ role: 'worker', publicUrl: gateway.url })
    for (const { id } of sent) await waitForStatus(acme, id, 'SENT', 'DELIVERED')
  })

  it('is woken by one job at a time while somebody holds it', async () => {
    const { door, through } = createDoor()
    const gateway = await startGateway({ app: { fetch: through } })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await createJobRunner(gateway)
    door.open = false
    const ids: string[] = []
    const most = { waiting: 0 }
    for (let n = 0; n < 35; n += 1) {
      const { id } = await send(acme, { from: ava.number, to: [stranger], text: `Text ${n}` })
      ids.push(id)
      most.waiting = Math.max(most.waiting, (await wakeUps(gateway)).length)
    }
    expect(smsRequests(gateway.simulator)).toHaveLength(1)
    expect(most.waiting).toBeLessThanOrEqual(1)
    door.open = true
    for (const id of ids) await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    const texts = gateway.simulator.outbox().map(({ text }) => text)
    expect(texts).toEqual(ids.map((_, n) => `Text ${n}`))
  })

  it('leaves none of 100 texts behind that twenty clients hand in while it is drained', async () => {
    const gateway = await startGateway()
    await gateway.startInstance({ publicUrl: gateway.url })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await acme.connect(ben)
    // Without the sweeps, which would hide what was left behind.
    const jobs = await createJobRunner(gateway)
    await jobs.idle()
    // RingCentral would take a minute for 40; what is looked at here is not its patience.
    const refill = setInterval(() => gateway.db.budget.deleteMany().catch(() => undefined), 100)
    onTestFinished(() => clearInterval(refill))
    const ids: string[] = []
    await Promise.all(
      Array.from({ length: 20 }, async (_, client) => {
        const { query } = createClient(gateway.url, acme.secret)
        for (let n = 0; n < 5; n += 1) {
          const text = `Client ${client}, text ${n}`
          const from = (client % 2 ? ava : ben).number
          ids.push((await send({ query }, { from, to: [stranger], text })).id)
          await sleep(Math.random() * 100)
        }
      }),
    )
    const left = () =>
      gateway.db.message.count({ where: { status: { in: ['QUEUED', 'SENDING'] } } })
    await expect.poll(left, { timeout: 80_000 }).toBe(0)
    expect(new Set(ids).size).toBe(100)
    const texts = gateway.simulator.outbox().map(({ text }) => text)
    expect(new Set(texts).size).toBe(100)
    expect(texts).toHaveLength(100)
  }, 120_000)
})
