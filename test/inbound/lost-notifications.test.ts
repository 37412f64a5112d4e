import { describe, expect, it } from 'vitest'
import { syncMessagesJob } from '../../src/messages/jobs.ts'
import { createClient } from '../support/client.ts'
import { ava, type Gateway, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { stranger } from '../support/texts.ts'

const textsIn = 'subscription { messageReceived { message { text } } }'

async function sync(gateway: Gateway) {
  const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
  const jobs = await createJobRunner(gateway)
  await jobs.run(syncMessagesJob, { extensionRowId })
}

describe('a text whose notification', () => {
  it('got lost is found by a sync, once, and its subscribers hear of it', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const hears = await acme.subscribe(textsIn)
    gateway.simulator.planFault({ kind: 'webhook-drop', path: '/' })
    for (let n = 0; n < 3; n += 1) {
      gateway.simulator.inbound({ from: stranger, to: ava.number, text: `Lost ${n}` })
    }
    gateway.simulator.clearFaults()
    await sync(gateway)
    await hears.waitFor((data) => data.messageReceived.message.text === 'Lost 2')
    await sync(gateway)
    gateway.simulator.expireSyncTokens()
    await sync(gateway)
    expect(hears.received.map((data) => data.messageReceived.message.text)).toEqual([
      'Lost 0',
      'Lost 1',
      'Lost 2',
    ])
  })

  it('comes twice, late and out of order counts once', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const hears = await acme.subscribe(textsIn)
    gateway.simulator.planFault({ kind: 'webhook-double', path: '**/instant?type=SMS', count: 2 })
    gateway.simulator.planFault({ kind: 'webhook-delay', path: '**/instant?type=SMS', ms: 300 })
    for (let n = 0; n < 4; n += 1) {
      gateway.simulator.inbound({ from: stranger, to: ava.number, text: `Text ${n}` })
    }
    await sync(gateway)
    await gateway.simulator.settled()
    await expect.poll(() => gateway.db.notification.count({ where: { processedAt: null } })).toBe(0)
    const texts = hears.received.map((data) => data.messageReceived.message.text)
    expect(texts.sort()).toEqual(['Text 0', 'Text 1', 'Text 2', 'Text 3'])
    expect(await gateway.db.message.count()).toBe(4)
  })
})

describe('after a long absence', () => {
  it('a sync brings more than a full sync holds, oldest first', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    gateway.simulator.planFault({ kind: 'webhook-drop', path: '/' })
    for (let n = 0; n < 320; n += 1) {
      gateway.simulator.inbound({ from: stranger, to: ava.number, text: `Missed ${n}` })
    }
    gateway.simulator.expireSyncTokens()
    await sync(gateway)
    const received = await gateway.db.event.findMany({
      where: { type: 'message.received' },
      orderBy: { sequence: 'asc' },
    })
    const texts = received.map(({ snapshot }) => (snapshot as { text: string }).text)
    expect(texts).toHaveLength(320)
    expect(texts[0]).toBe('Missed 0')
    expect(texts.at(-1)).toBe('Missed 319')
  })
})

describe('several instances', () => {
  it('a text reaches a subscriber at one that does no jobs, whichever worked on it', async () => {
    const gateway = await startGateway({ app: { role: 'web' } })
    await gateway.startInstance({ role: 'worker', publicUrl: gateway.url })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const second = await gateway.startInstance({ role: 'web', publicUrl: gateway.url })
    const elsewhere = createClient(second.url, acme.secret)
    const hearers = [await acme.subscribe(textsIn), await elsewhere.subscribe(textsIn)]
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'Everywhere' })
    for (const hears of hearers) {
      await hears.waitFor((data) => data.messageReceived.message.text === 'Everywhere')
      expect(hears.received).toHaveLength(1)
    }
  })
})
