import { describe, expect, it } from 'vitest'
import { ava, startGateway } from '../support/gateway.ts'

const textsIn = 'subscription { messageReceived { cursor message { id from to text status } } }'

describe('a text that comes in', () => {
  it('reaches the subscribers of its tenant, and nobody else', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant({ name: 'Acme' })
    const other = await gateway.createTenant({ name: 'Other' })
    await acme.connect(ava)
    const acmeHears = await acme.subscribe(textsIn)
    const otherHears = await other.subscribe(textsIn)

    gateway.simulator.inbound({ from: '+14155550123', to: ava.number, text: 'Hello' })

    const { messageReceived } = await acmeHears.waitFor((data) => data)
    expect(messageReceived.message).toMatchObject({
      from: '+14155550123',
      to: [ava.number],
      text: 'Hello',
      status: 'RECEIVED',
    })
    expect(otherHears.received).toEqual([])
  })
})
