import { describe, expect, it } from 'vitest'
import { ava, startGateway } from '../support/gateway.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'

/** The way to RingCentral, which can be cut: no connection comes about then. */
function createRoad() {
  const road = { open: true, tried: 0 }
  const travel: typeof fetch = (url, init) => {
    if (road.open) return fetch(url, init)
    road.tried += 1
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    return Promise.reject(new TypeError('fetch failed', { cause }))
  }
  return { road, travel }
}

describe('sendSms while RingCentral', () => {
  it('cannot be reached answers at once, and all goes out in order when it is back', async () => {
    const { road, travel } = createRoad()
    const gateway = await startGateway({ app: { fetch: travel } })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    road.open = false
    const ids = []
    for (let n = 0; n < 3; n += 1) {
      const startedAt = performance.now()
      const sent = await send(acme, { from: ava.number, to: [stranger], text: `Down ${n}` })
      expect(sent).toMatchObject({ status: 'QUEUED' })
      expect(performance.now() - startedAt).toBeLessThan(1_000)
      ids.push(sent.id)
    }
    await waitForStatus(acme, ids[0], 'SENDING')
    while (road.tried < 3) await new Promise((resolve) => setTimeout(resolve, 20))
    road.open = true
    for (const id of ids) await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    expect(gateway.simulator.outbox().map(({ text }) => text)).toEqual([
      'Down 0',
      'Down 1',
      'Down 2',
    ])
  })

  it('does not answer is answered at once all the same, for queries too', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    gateway.simulator.planFault({ kind: 'hang', path: '/' })
    for (const ask of [
      () => send(acme, { from: ava.number, to: [stranger], text: 'Hanging' }),
      () => send(acme, { from: ava.number, to: [stranger], text: 'Behind it' }),
      () => acme.query('{ status { connected } extensions { nodes { status } } }'),
      () => acme.query('{ phoneNumbers { nodes { phoneNumber } } messages { nodes { status } } }'),
    ]) {
      const startedAt = performance.now()
      await ask()
      expect(performance.now() - startedAt).toBeLessThan(1_000)
    }
    expect(smsRequests(gateway.simulator).length).toBeLessThanOrEqual(1)
  })

  it('is in maintenance (503) waits with everything, and doubts nothing', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    gateway.simulator.planFault({ kind: 'status', status: 503, path: '**/sms', count: 7 })
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'After the break' })
    await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    expect(smsRequests(gateway.simulator)).toHaveLength(8)
    expect(gateway.simulator.outbox()).toHaveLength(1)
  })
})
