import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import type { AppOptions } from '../../src/app.ts'
import { startGateway } from '../support/gateway.ts'
import { openWriter } from './log.ts'

/** A gateway with a stream over SSE whose client has stopped reading, and megabytes of events for it. */
async function stall(app: Partial<AppOptions>) {
  const gateway = await startGateway({ app })
  const acme = await gateway.createTenant()
  const writer = await openWriter(gateway.databaseUrl)
  onTestFinished(() => writer.close())
  const subscribers = async () => {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    return Number(/^ringql_subscribers (\d+)$/m.exec(metrics)?.[1])
  }

  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const client = { text: '', over: false }
  socket.on('error', () => undefined)
  socket.on('close', () => (client.over = true))
  socket.setEncoding('utf8').on('data', (chunk: string) => (client.text += chunk))
  const body = JSON.stringify({
    query: 'subscription { messageReceived { cursor message { text } } }',
  })
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${acme.secret}`,
    'Accept: text/event-stream',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  await expect.poll(subscribers).toBe(1)
  socket.pause()
  for (let n = 0; n < 30; n += 1) await writer.append(acme.id, 50, { length: 10_000 })
  await expect.poll(subscribers, { timeout: 20_000 }).toBe(0)
  return { socket, client, writer, acme }
}

it('a client of SSE that stops reading gets SLOW_CONSUMER and the end, when it reads again', async () => {
  const { socket, client } = await stall({
    pace: { patienceMs: 500 },
    keepAlive: { patienceMs: 60_000 },
  })
  socket.resume()
  await expect.poll(() => client.text, { timeout: 20_000 }).toContain('event: complete')
  const events = client.text.split('\n\n').filter((part) => part.includes('event: next'))
  expect(events.length).toBeLessThan(1_500)
  expect(events.at(-1)).toContain('"code":"SLOW_CONSUMER"')
  const numbers = events
    .slice(0, -1)
    .map((event) => Number.parseInt(/"text":"(\d+) /.exec(event)?.[1] ?? '', 10))
  expect(numbers).toEqual(numbers.map((_, n) => n))
})

it('one that never reads again is hung up on', async () => {
  const { socket, client } = await stall({
    pace: { patienceMs: 500 },
    keepAlive: { patienceMs: 1_000, graceMs: 1_000 },
  })
  await new Promise((resolve) => setTimeout(resolve, 3_500))
  socket.resume()
  await expect.poll(() => client.over).toBe(true)
  expect(client.text).not.toContain('event: complete')
})
