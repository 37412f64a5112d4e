import { describe, expect, it } from 'vitest'
import { ava, startGateway } from '../support/gateway.ts'
import { stranger } from '../support/texts.ts'
import { openStream } from './sse.ts'

const query = 'subscription { messageReceived { message { text } } }'

async function subscribersAt(url: string) {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^ringql_subscribers (\d+)$/m.exec(metrics)?.[1])
}

describe('subscriptions leave nothing behind', () => {
  it('when they are stopped, when the line breaks, and when the instance stops', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const second = await gateway.startInstance({ role: 'web' })
    const sockets = await Promise.all(
      Array.from({ length: 10 }, () => acme.subscribe(query, {}, second.url)),
    )
    const streams = await Promise.all(
      Array.from({ length: 10 }, () => openStream(second.url, acme.secret, { query })),
    )
    await expect.poll(() => subscribersAt(second.url)).toBe(20)
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'To all' })
    for (const socket of sockets) await socket.waitFor((data) => data)
    await expect.poll(() => streams.every(({ events }) => events.length === 1)).toBe(true)

    for (const socket of sockets.slice(0, 5)) socket.stop()
    for (const stream of streams.slice(0, 5)) await stream.abort()
    await expect.poll(() => subscribersAt(second.url)).toBe(10)

    await second.close()
    await expect.poll(() => streams.every(({ over }) => over)).toBe(true)
    for (const socket of sockets.slice(5)) {
      await expect.poll(() => socket.failure?.code).toBe(1001)
    }
  })
})
