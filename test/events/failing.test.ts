import { expect, it, onTestFinished } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { captureLogs } from '../support/logs.ts'
import { dial } from '../support/raw-socket.ts'
import { openWriter } from './log.ts'
import { openStream } from './sse.ts'

const query =
  'subscription { messageReceived(filter: { number: "+12025550142" }) { message { text } } }'

it('a stream that fails on an event as it comes names its request, and so does the log', async () => {
  const { logger, text: logs } = captureLogs()
  const gateway = await startGateway({ app: { logger } })
  const acme = await gateway.createTenant()
  const writer = await openWriter(gateway.databaseUrl)
  onTestFinished(() => writer.close())

  const line = await dial(gateway.url, acme.secret)
  await line.init()
  line.say({ id: '1', type: 'subscribe', payload: { query } })
  const stream = await openStream(gateway.url, acme.secret, { query })
  onTestFinished(() => stream.abort())
  const metrics = async () => (await fetch(`${gateway.url}/metrics`)).text()
  await expect.poll(metrics).toContain('ringql_subscribers 2')

  // A message to nobody, which none of ours is.
  await writer.append(acme.id, 1)
  await expect.poll(() => stream.over).toBe(true)
  const { payload } = await line.about('1', 'error')
  const told = [payload, stream.events[0]?.data.errors].map(([error]) => error.extensions)
  for (const { code, requestId } of told) {
    expect(code).toBe('INTERNAL_SERVER_ERROR')
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(logs()).toContain(requestId)
  }
  expect(told[1].requestId).toBe(stream.response.headers.get('x-request-id'))
})
