import { setTimeout as sleep } from 'node:timers/promises'
import { createClient as createWebSocketClient } from 'graphql-ws'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createClient } from '../support/client.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { messagesQuery, stranger, textsIn } from '../support/texts.ts'

/** A dashboard whose line is cut every now and then; it goes on after the last cursor it saw. */
function createDashboard(urls: string[], key: string, start: string) {
  const texts: string[] = []
  let cursor = start
  let leaving = false
  let cut: () => void = () => undefined

  async function live() {
    for (let turn = 0; !leaving; turn += 1) {
      const client = createWebSocketClient({
        url: `${urls[turn % urls.length]?.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${key}` },
        retryAttempts: 0,
        on: { opened: (socket) => (cut = () => (socket as WebSocket).terminate()) },
      })
      await new Promise<void>((resolve) => {
        client.subscribe<any>(
          { query: textsIn, variables: { after: cursor } },
          {
            next: ({ data }) => {
              if (!data) return
              cursor = data.messageReceived.cursor
              texts.push(data.messageReceived.message.text)
            },
            error: () => resolve(),
            complete: resolve,
          },
        )
      })
      await client.dispose()
    }
  }
  const living = live()
  return {
    texts,
    cut: () => cut(),
    async leave() {
      leaving = true
      cut()
      await living
    },
  }
}

describe('a subscriber that comes back with its last cursor', () => {
  it('gets everything once and in order, however often its line is cut', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const second = await gateway.startInstance({ role: 'web' })
    const { status } = await acme.query('{ status { cursor } }')
    const urls = [gateway.url, second.url]
    const dashboards = [0, 1, 2].map(() => createDashboard(urls, acme.secret, status.cursor))
    for (let n = 0; n < 60; n += 1) {
      gateway.simulator.inbound({ from: stranger, to: ava.number, text: `Text ${n}` })
      if (n % 4 === 0) dashboards[n % 3]?.cut()
      await sleep(Math.random() * 30)
    }
    await expect.poll(() => gateway.db.message.count(), { timeout: 10_000 }).toBe(60)
    const events = await gateway.db.event.findMany({
      where: { type: 'message.received' },
      orderBy: { sequence: 'asc' },
    })
    const log = events.map(({ snapshot }) => (snapshot as { text: string }).text)
    for (const dashboard of dashboards) {
      await expect.poll(() => dashboard.texts, { timeout: 10_000 }).toEqual(log)
      await dashboard.leave()
    }
  })
})

describe('status.cursor, then a list, then a subscription after the cursor', () => {
  it('misses nothing, whatever comes in between', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    let sent = 0
    let going = true
    const traffic = (async () => {
      while (going) {
        gateway.simulator.inbound({ from: stranger, to: ava.number, text: `Text ${sent++}` })
        await sleep(5)
      }
    })()
    await sleep(200)
    const client = createClient(gateway.url, acme.secret)
    const { status } = await client.query('{ status { cursor } }')
    await sleep(50)
    const { messages } = await client.query(messagesQuery, { first: 100 })
    await sleep(50)
    const hears = await client.subscribe(textsIn, { after: status.cursor })
    going = false
    await traffic
    const seen = () =>
      new Set([
        ...messages.nodes.map(({ text }: { text: string }) => text),
        ...hears.received.map((data) => data.messageReceived.message.text),
      ])
    await expect.poll(() => seen().size, { timeout: 10_000 }).toBe(sent)
  })
})
