import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { openWriter } from '../events/log.ts'
import { startGateway, type TestTenant } from '../support/gateway.ts'

/** `DELIVERIES=1000000 npx vitest run test/security/crossing.test.ts` is the long run. */
const wanted = Number(process.env.DELIVERIES ?? 5_000)
const tenantCount = 50
const subscribersEach = 4
const eventsEach = Math.ceil(wanted / tenantCount / subscribersEach)
/** Events of a tenant in one transaction. */
const most = wanted > 5_000 ? 100 : 10

const document =
  'subscription ($after: String) { messageReceived(after: $after) { cursor message { text } } }'

const chance = (part: number) => Math.random() < part
const upTo = (highest: number) => 1 + Math.floor(Math.random() * highest)

it('C11: of random events to fifty tenants’ lagging subscribers on two instances, none crosses', {
  timeout: 1_800_000,
}, async () => {
  const gateway = await startGateway({ app: { streamLimits: { perAddress: 1_000 } } })
  const second = await gateway.startInstance({ role: 'web' })
  const writer = await openWriter(gateway.databaseUrl)
  onTestFinished(() => writer.close())
  const tenants: TestTenant[] = []
  for (let n = 0; n < tenantCount; n++) tenants.push(await gateway.createTenant())
  const subscribers = await Promise.all(
    tenants.flatMap(async (tenant) => {
      const { status } = await tenant.query('{ status { cursor } }')
      return Array.from({ length: subscribersEach }, (_, n) =>
        subscribe(n % 2 === 0 ? gateway.url : second.url, tenant, status.cursor),
      )
    }),
  ).then((each) => each.flat())
  onTestFinished(() => {
    for (const subscriber of subscribers) subscriber.leave()
  })

  let left = tenants.map(({ id }) => ({ id, events: eventsEach }))
  while (left.length > 0) {
    await Promise.all(
      left.map(async (tenant) => {
        if (!chance(0.3)) return
        const count = Math.min(tenant.events, upTo(most))
        tenant.events -= count
        await writer.append(tenant.id, count, { mark: `${tenant.id} ` })
      }),
    )
    left = left.filter(({ events }) => events > 0)
    for (const subscriber of subscribers) subscriber.lag()
  }

  for (const { heard } of subscribers) {
    await expect.poll(() => heard.size, { timeout: 600_000 }).toBe(eventsEach)
  }
  expect(subscribers.flatMap(({ foreign }) => foreign)).toEqual([])
  const deliveries = subscribers.reduce((sum, { heard }) => sum + heard.size, 0)
  expect(deliveries).toBeGreaterThanOrEqual(wanted)
  if (wanted > 5_000) console.log(`${deliveries} deliveries, none crossed`)
})

/** Listens from a cursor on; now and then it stops reading for a while, or is cut off and comes back. */
function subscribe(url: string, { id: tenantId, secret }: TestTenant, start: string) {
  const heard = new Set<string>()
  const foreign: string[] = []
  let after = start
  let isLeaving = false
  let socket = dial()

  function dial() {
    const line = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    const say = (message: object) => line.send(JSON.stringify(message))
    line.on('error', () => undefined)
    line.on('open', () =>
      say({ type: 'connection_init', payload: { authorization: `Bearer ${secret}` } }),
    )
    line.on('message', (data) => {
      // What comes in on a line that was cut is nobody's any more.
      if (line !== socket) return
      const { type, payload } = JSON.parse(data.toString())
      const query = { query: document, variables: { after } }
      if (type === 'connection_ack') say({ id: '1', type: 'subscribe', payload: query })
      const event = payload?.data?.messageReceived
      if (!event) return
      after = event.cursor
      heard.add(event.message.text)
      if (!event.message.text.startsWith(`${tenantId} `)) foreign.push(event.message.text)
    })
    line.on('close', () => {
      if (line === socket && !isLeaving) socket = dial()
    })
    return line
  }

  return {
    heard,
    foreign,
    lag() {
      const line = socket
      if (line.readyState !== line.OPEN || line.isPaused) return
      if (chance(0.02)) return line.terminate()
      if (!chance(0.1)) return
      line.pause()
      setTimeout(() => line.resume(), upTo(500))
    },
    leave() {
      isLeaving = true
      socket.terminate()
    },
  }
}
