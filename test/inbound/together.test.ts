import { randomBytes, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTcpProxy } from '../crash/tcp-proxy.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'
import { captureWebhook, type Webhook } from './webhook.ts'

let gateway: Gateway
let acme: TestTenant
let beta: TestTenant
let webhooks: Webhook[]

beforeAll(async () => {
  const capture = captureWebhook()
  gateway = await startGateway({ shared: true, app: { fetch: capture.fetch } })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  beta = await gateway.createTenant({ name: 'Beta' })
  await beta.connect(ben)
  webhooks = [capture.webhook(), capture.webhook({ place: 1, person: ben })]
  return gateway.stop
})

type Notification = ReturnType<Webhook['text']>

const of = (n: number) => webhooks[n % webhooks.length] as Webhook
const texts = (what: string, count: number): Notification[] =>
  Array.from({ length: count }, (_, n) => of(n).text(`${what} ${n}`))
const post = async (notification: Notification, n: number, at?: string) => {
  const url = at && of(n).url.replace(/^http:\/\/[^/]+/, at)
  return (await of(n).post(notification, url ? { url } : {})).status
}
const postAll = (notifications: readonly Notification[], at?: string) =>
  Promise.all(notifications.map((one, n) => post(one, n, at)))
const stored = (notifications: readonly Notification[]) =>
  gateway.db.notification.count({ where: { uuid: { in: notifications.map(({ uuid }) => uuid) } } })
/** The texts that each tenant was told of, in the order of its log. */
const told = async ({ id: tenantId }: TestTenant, what: string) => {
  const events = await gateway.db.event.findMany({
    where: { tenantId, type: 'message.received' },
    orderBy: { sequence: 'asc' },
  })
  const all = events.map(({ snapshot }) => (snapshot as { text: string }).text)
  return all.filter((text) => text.startsWith(`${what} `))
}
const bySubject = (notifications: readonly Notification[], place: number) =>
  notifications.filter((_, n) => n % 2 === place).map(({ body }) => body.subject)

describe('notifications that come in together', () => {
  it('are stored together across tenants, each answered and told once, to its own', async () => {
    const notifications = texts('Many', 120)
    const doubled = [...notifications, ...notifications]
    for (const status of await postAll(doubled)) expect(status).toBe(200)
    expect(await stored(notifications)).toBe(120)
    for (const [place, tenant] of [acme, beta].entries()) {
      await expect
        .poll(async () => (await told(tenant, 'Many')).toSorted())
        .toEqual(bySubject(notifications, place).toSorted())
    }
    const goes = await gateway.db.$queryRaw<{ ids: string[] }[]>`
      SELECT data->'notificationIds' AS ids FROM pgboss.job WHERE name = 'process-notification'`
    const ids = goes.flatMap((go) => go.ids)
    expect(new Set(ids).size).toBe(ids.length)
    expect(goes.length).toBeLessThan(ids.length / 2)
  })

  it('do not suffer from one that cannot be stored', async () => {
    const notifications = texts('Beside', 40)
    // Of a value U+0000 is left out; a name with it Postgres refuses.
    const bad = { ...of(20).text('Bad'), '\u0000': 1 }
    const answers = await postAll(notifications.with(20, bad))
    expect(answers.filter((status) => status !== 200)).toEqual([503])
    expect(answers[20]).toBe(503)
    expect(await stored(notifications)).toBe(39)
    expect(await stored([bad])).toBe(0)
  })

  it('are kept when they were answered 200, and otherwise stored once when they come again, if Postgres is cut off amid them', async () => {
    const { port, pathname } = new URL(gateway.databaseUrl)
    const cable = await startTcpProxy(() => Number(port))
    onTestFinished(() => cable.close())
    const there = `:${cable.port}${pathname}`
    const databaseUrl = gateway.databaseUrl.replace(`:${port}${pathname}`, there)
    const { url, close } = await gateway.startInstance({ databaseUrl, role: 'web' })
    onTestFinished(close)

    const kept: Notification[] = []
    const again: Notification[] = []
    for (const [round, direction] of (['up', 'down', 'up', 'down'] as const).entries()) {
      const notifications = texts(`Cut ${round}`, 30)
      const answers = postAll(notifications, url)
      cable.cutNext({ direction, afterBytes: 20 })
      for (const [n, status] of (await answers).entries()) {
        expect([200, 503]).toContain(status)
        const list = status === 200 ? kept : again
        list.push(notifications[n] as Notification)
      }
    }
    expect(again.length).toBeGreaterThan(0)
    expect(await stored(kept)).toBe(kept.length)
    for (const one of again) {
      const n = one.ownerId === ava.extensionId ? 0 : 1
      await expect.poll(() => post(one, n, url)).toBe(200)
    }
    expect(await stored([...kept, ...again])).toBe(120)
    const all = async () => [...(await told(acme, 'Cut')), ...(await told(beta, 'Cut'))].toSorted()
    await expect.poll(all).toEqual([...kept, ...again].map(({ body }) => body.subject).toSorted())
  })
})

describe('what came in one after the other', () => {
  it('is told in that order, whoever of several workers deals with it', async () => {
    const others = [await gateway.startInstance(), await gateway.startInstance()]
    onTestFinished(async () => {
      for (const one of others) await one.close()
    })
    const urls = [gateway.url, ...others.map(({ url }) => url)]
    const notifications = texts('Next', 60)
    for (const [n, one] of notifications.entries()) {
      expect(await post(one, n, urls[n % urls.length])).toBe(200)
    }
    for (const [place, tenant] of [acme, beta].entries()) {
      await expect.poll(() => told(tenant, 'Next')).toEqual(bySubject(notifications, place))
    }
  })
})

describe('a notification that nobody can deal with', () => {
  it('waits for its own job, and holds up no other', async () => {
    const [webhook] = webhooks
    if (!webhook) throw new Error('There is no webhook')
    const poisoned = webhook.text('Poisoned')
    // More than an index of Postgres takes.
    poisoned.body.id = randomBytes(5_000).toString('hex')
    const notifications = texts('With it', 20)
    for (const status of await postAll(notifications.with(10, poisoned))) expect(status).toBe(200)
    const one = () => gateway.db.notification.findFirst({ where: { uuid: poisoned.uuid } })
    await expect.poll(async () => (await one())?.failedAt).toBeInstanceOf(Date)
    for (const [n, late] of texts('With it later', 6).entries()) await post(late, n)
    await expect.poll(async () => (await told(acme, 'With it')).length).toBe(9 + 3)
    await expect.poll(async () => (await told(beta, 'With it')).length).toBe(10 + 3)
    expect(await one()).toMatchObject({ processedAt: null })
  })
})

describe('rows that somebody holds', () => {
  it('hold up nobody else’s notifications, and their own no longer than they are held', async () => {
    const holder = await holdRows(
      gateway,
      `SELECT 1 FROM "Extension" WHERE "extensionId" = '${ava.extensionId}' FOR UPDATE`,
    )
    onTestFinished(() => holder.letGo().catch(() => undefined))
    const held = Array.from({ length: 6 }, (_, n) => of(0).text(`Held ${n}`))
    for (const one of held) {
      expect(await post(one, 0)).toBe(200)
      await expect.poll(() => holder.waiting()).toBeGreaterThan(0)
    }
    const free = of(1).text('Free 1')
    expect(await post(free, 1)).toBe(200)
    await expect.poll(() => told(beta, 'Free')).toHaveLength(1)
    expect(await told(acme, 'Held')).toEqual([])
    await holder.letGo()
    await expect.poll(() => told(acme, 'Held')).toEqual(held.map(({ body }) => body.subject))
  })
})

describe('a webhook that has ended', () => {
  it('G11: takes in nothing more at any instance, also where it came from a moment ago', async () => {
    const other = await gateway.startInstance({ role: 'web' })
    onTestFinished(() => other.close())
    for (const at of [gateway.url, other.url]) {
      expect(await post(webhooks[1]?.text('Before') as Notification, 1, at)).toBe(200)
    }
    const { disconnect } = await beta.query('mutation { disconnect { __typename } }')
    expect(disconnect.__typename).toBe('Disconnected')
    const after = [1, 2, 3].map((n) => of(1).text(`After ${n} ${randomUUID()}`))
    for (const at of [gateway.url, other.url]) {
      for (const one of after) expect(await post(one, 1, at)).toBe(401)
    }
    expect(await stored(after)).toBe(0)
    // Nobody else's.
    expect(await post(of(0).text('Still here'), 0)).toBe(200)
  })
})
