import { describe, expect, it } from 'vitest'
import { createClient } from '../support/client.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { send, statusChanges, stranger } from '../support/texts.ts'

describe('the event log', () => {
  it('has no gap and no double under many writers at several instances, and readers see all of it', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const instances = [gateway.url, (await gateway.startInstance({ role: 'web' })).url]
    const clients = instances.map((url) => createClient(url, acme.secret))
    const hears = await Promise.all(clients.map((client) => client.subscribe(statusChanges)))

    const ids: string[] = []
    await Promise.all(
      Array.from({ length: 20 }, async (_, writer) => {
        for (let n = 0; n < 2; n += 1) {
          const client = clients[writer % 2]
          if (!client) throw new Error('There is no such client')
          const message = await send(client, {
            from: ava.number,
            to: [stranger],
            text: `Writer ${writer}, text ${n}`,
          })
          ids.push(message.id)
          gateway.simulator.inbound({ from: stranger, to: ava.number, text: `In ${writer} ${n}` })
        }
      }),
    )
    await expect
      .poll(() => gateway.db.event.count({ where: { type: 'message.received' } }), {
        timeout: 10_000,
      })
      .toBe(40)

    const log = await gateway.db.event.findMany({ orderBy: { sequence: 'asc' } })
    expect(log.map(({ sequence }) => Number(sequence))).toEqual(log.map((_, place) => place + 1))
    for (const hearer of hears) {
      const queued = () =>
        hearer.received.flatMap(({ messageStatusChanged: { message } }) =>
          message.status === 'QUEUED' ? [message.id] : [],
        )
      await expect.poll(() => queued().length, { timeout: 10_000 }).toBe(40)
      expect(new Set(queued())).toEqual(new Set(ids))
    }
  })
})
