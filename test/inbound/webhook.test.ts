import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import pg from 'pg'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createSecret } from '../../src/lib/secrets.ts'
import { startTcpProxy } from '../crash/tcp-proxy.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { captureWebhook, type Webhook } from './webhook.ts'

let gateway: Gateway
let acme: TestTenant
let webhook: Webhook

beforeAll(async () => {
  const capture = captureWebhook()
  gateway = await startGateway({ shared: true, app: { fetch: capture.fetch } })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  webhook = capture.webhook()
  return gateway.stop
})

const stored = () => gateway.db.notification.count()

describe('the webhook’s door', () => {
  it('G6: stores a notification before it answers 200, and answers soon', async () => {
    const times = []
    for (let n = 0; n < 20; n += 1) {
      const before = await stored()
      const startedAt = performance.now()
      const response = await webhook.post(webhook.text(`Fast ${n}`))
      times.push(performance.now() - startedAt)
      expect(response.status).toBe(200)
      expect(await stored()).toBe(before + 1)
    }
    console.info(`webhook answered in ${times.sort((a, b) => a - b)[10]?.toFixed(1)} ms (median)`)
  })

  it('G7: answers 503 before RingCentral stops waiting, when it cannot store', async () => {
    const before = await stored()
    const blocker = new pg.Client(gateway.databaseUrl)
    await blocker.connect()
    await blocker.query('BEGIN')
    await blocker.query('LOCK TABLE "Notification" IN ACCESS EXCLUSIVE MODE')
    expect((await webhook.post(webhook.text('Not stored yet'))).status).toBe(503)
    await blocker.query('ROLLBACK')
    await blocker.end()
    // Late, but not lost.
    await expect.poll(stored).toBe(before + 1)
  })

  it.each([
    ['no token', undefined],
    ['an empty token', ''],
    ['another token', 'x'.repeat(43)],
  ])('G2: refuses %s with 401 and stores nothing', async (_what, token) => {
    // Also where the right one came a moment ago.
    expect((await webhook.post(webhook.text('Right'))).status).toBe(200)
    const before = await stored()
    const response = await webhook.post(webhook.text('Forged'), {
      headers: token === undefined ? {} : { 'verification-token': token },
    })
    expect(response.status).toBe(401)
    expect(await stored()).toBe(before)
  })

  it('G10: answers an address that is none as it answers a wrong token', async () => {
    const { url, headers } = webhook
    const wrong = await webhook.post('{}', { headers: { 'verification-token': 'x'.repeat(43) } })
    const body = await wrong.text()
    for (const address of [
      url.replace(/[^/]+$/, createSecret()),
      url.replace(/[^/]+$/, randomUUID()),
      `${url}x`,
      url.replace(/[^/]+$/, '%00'),
      url.replace(/[^/]+$/, '%zz'),
    ]) {
      const response = await webhook.post(webhook.text('Lost'), { url: address, headers })
      expect([response.status, await response.text()], address).toEqual([401, body])
      const handshake = { 'validation-token': 'x' }
      expect((await webhook.post('', { url: address, headers: handshake })).status).toBe(401)
    }
  })

  it('G3: refuses what names another subscription, or another owner', async () => {
    const before = await stored()
    for (const foreign of [{ subscriptionId: randomUUID() }, { ownerId: ben.extensionId }]) {
      const response = await webhook.post({ ...webhook.text('Foreign'), ...foreign })
      expect(response.status).toBe(409)
    }
    expect(await stored()).toBe(before)
  })

  it('answers only POST', async () => {
    const response = await fetch(webhook.url)
    expect([404, 405]).toContain(response.status)
  })

  it('G8: refuses garbage with 400', async () => {
    const before = await stored()
    const latin1 = Buffer.from(JSON.stringify(webhook.text('Zürich')), 'latin1')
    for (const garbage of ['', '{', 'null', '[]', '{"uuid":1}', '"text"', latin1]) {
      expect((await webhook.post(garbage)).status).toBe(400)
    }
    expect(await stored()).toBe(before)
  })

  it('G1: shakes hands within 1024 bytes, headers included', async () => {
    const token = randomUUID()
    const { hostname, port, pathname } = new URL(webhook.url)
    const answer = await new Promise<string>((resolve, reject) => {
      let bytes = ''
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nValidation-Token: ${token}\r\nContent-Type: application/json\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
        )
      })
      socket.on('data', (chunk) => {
        bytes += chunk.toString('latin1')
      })
      socket.on('end', () => resolve(bytes))
      socket.on('error', reject)
    })
    expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(1024)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toMatch(new RegExp(`^validation-token: ${token}\r$`, 'im'))
    expect(answer).toMatch(/^content-type: application\/json/im)
  })
})

describe('a notification', () => {
  it('G4: repeated a hundred times at once is one row and one event', async () => {
    const hears = await acme.subscribe('subscription { messageReceived { message { text } } }')
    const notification = webhook.text('Once only')
    const answers = await Promise.all(Array.from({ length: 100 }, () => webhook.post(notification)))
    // On a busy machine some are not stored in time: they change nothing either.
    for (const { status } of answers) expect([200, 503]).toContain(status)
    await hears.waitFor((data) => data.messageReceived.message.text === 'Once only')
    // The same message under another notification id, as after a mended delivery.
    await webhook.post({ ...notification, uuid: randomUUID() })
    await webhook.post(webhook.text('The end'))
    await hears.waitFor((data) => data.messageReceived.message.text === 'The end')
    const texts = hears.received.map((data) => data.messageReceived.message.text)
    expect(texts.filter((text) => text === 'Once only')).toHaveLength(1)
    expect(await gateway.db.message.count({ where: { text: 'Once only' } })).toBe(1)
    expect(await gateway.db.notification.count({ where: { uuid: notification.uuid } })).toBe(1)
  })

  it('with U+0000 in its text arrives without it', async () => {
    const hears = await acme.subscribe('subscription { messageReceived { message { text } } }')
    expect((await webhook.post(webhook.text('nul\u0000character'))).status).toBe(200)
    await hears.waitFor((data) => data.messageReceived.message.text === 'nulcharacter')
  })

  it('belongs to the extension whose address it came to', async () => {
    await acme.connect(ben)
    const hears = await acme.subscribe(
      'subscription { messageReceived { message { text extension { extensionId } } } }',
    )
    gateway.simulator.inbound({ from: '+14155550123', to: [ava.number, ben.number], text: 'Both' })
    gateway.simulator.inbound({ from: '+14155550123', to: ben.number, text: 'Ben only' })
    await hears.waitFor((data) => data.messageReceived.message.text === 'Ben only')
    await expect
      .poll(() =>
        hears.received
          .map(({ messageReceived: { message } }) => [message.text, message.extension.extensionId])
          .sort(),
      )
      .toEqual(
        [
          ['Both', ava.extensionId],
          ['Both', ben.extensionId],
          ['Ben only', ben.extensionId],
        ].sort(),
      )
  })
})

describe('another instance, behind a cable', () => {
  it('G9: is held by a flood of strangers with one connection, and serves RingCentral meanwhile; G7: answers 503 when the database is gone', async () => {
    const { port, pathname } = new URL(gateway.databaseUrl)
    const cable = await startTcpProxy(() => Number(port))
    onTestFinished(() => cable.close())
    const databaseUrl = gateway.databaseUrl.replace(
      `:${port}${pathname}`,
      `:${cable.port}${pathname}`,
    )
    const instance = await gateway.startInstance({ databaseUrl, role: 'web' })
    onTestFinished(() => instance.close())
    const address = (id: string) => `${instance.url}/v1/rc/webhook/${id}`
    const url = address(new URL(webhook.url).pathname.split('/').at(-1) ?? '')
    const stranger = (id = createSecret()) => webhook.post('{}', { url: address(id) })

    const blocker = new pg.Client(gateway.databaseUrl)
    await blocker.connect()
    await blocker.query('BEGIN')
    await blocker.query('LOCK TABLE "WebhookSubscription" IN ACCESS EXCLUSIVE MODE')
    // What cannot be an address, Postgres is not asked about.
    expect((await stranger('x')).status).toBe(401)
    let isOver = false
    const flood = Promise.all(Array.from({ length: 300 }, () => stranger())).finally(() => {
      isOver = true
    })
    let most = 0
    while (!isOver) {
      const waiting = await gateway.db.$queryRaw<unknown[]>`
        SELECT FROM pg_stat_activity WHERE datname = current_database()
          AND application_name = 'ringql-web' AND wait_event_type = 'Lock'`
      most = Math.max(most, waiting.length)
    }
    expect(most).toBe(1)
    await blocker.query('ROLLBACK')
    await blocker.end()
    for (const { status } of await flood) expect(status).toBe(503)

    const answers = await Promise.all(Array.from({ length: 250 }, () => stranger()))
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.headers.get('retry-after')).toBe('60')
    // RingCentral, from the very same address.
    for (const text of ['Amid', 'the', 'flood']) {
      const sent = webhook.text(text)
      const post = async () => {
        await stranger()
        return (await webhook.post(sent, { url })).status
      }
      await expect.poll(post).toBe(200)
    }

    await cable.during('refuse', async () => {
      expect((await webhook.post(webhook.text('Nowhere to go'), { url })).status).toBe(503)
    })
    await expect
      .poll(async () => (await webhook.post(webhook.text('Back'), { url })).status)
      .toBe(200)
  })
})

describe('another instance, behind a proxy', () => {
  it('G9: takes who has all addresses of an IPv6 network for one stranger, and the next network for another', async () => {
    const instance = await gateway.startInstance({ role: 'web', trustedProxies: 1 })
    onTestFinished(() => instance.close())
    const url = `${instance.url}/v1/rc/webhook/x`
    const stranger = async (address: string) =>
      (await webhook.post('{}', { url, headers: { 'x-forwarded-for': address } })).status
    const answers = await Promise.all(
      Array.from({ length: 250 }, (_, n) => stranger(`2001:db8:0:7:${n.toString(16)}::1`)),
    )
    expect(answers).toContain(429)
    expect(await stranger('2001:db8:0:8::1')).toBe(401)
  })
})

// The server hangs up on what it has not read, and fetch may meet that connection again: so this is last.
describe('a notification of 300 kB', () => {
  it('G8: is refused with 413', async () => {
    const before = await stored()
    expect((await webhook.post(webhook.text('x'.repeat(300_000)))).status).toBe(413)
    expect(await stored()).toBe(before)
  })
})
