import { beforeAll, describe, expect, it } from 'vitest'
import { eventRetention, pruneEvents } from '../../src/events/prune.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { stranger, textsIn } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

const codeOf = (failure: any) => failure?.[0]?.extensions?.code
const cursorNow = async (tenant: TestTenant) =>
  (await tenant.query('{ status { cursor } }')).status.cursor as string

async function refused(tenant: TestTenant, after: string) {
  const hears = await tenant.subscribe(textsIn, { after })
  await expect.poll(() => hears.failure).toBeTruthy()
  expect(hears.received).toEqual([])
  return hears.failure
}

async function receive(text: string) {
  gateway.simulator.inbound({ from: stranger, to: ava.number, text })
  await expect.poll(() => gateway.db.message.count({ where: { text } })).toBe(1)
}

describe('a cursor that', () => {
  it.each([
    '',
    'garbage',
    'MQ',
    Buffer.from('1:5').toString('base64url'),
    '\u0000',
    'x'.repeat(5_000),
  ])('is none (%j) is BAD_USER_INPUT', async (after) => {
    expect(codeOf(await refused(acme, after))).toBe('BAD_USER_INPUT')
  })

  it('lies in the future is BAD_USER_INPUT', async () => {
    const [version, sign] = Buffer.from(await cursorNow(acme), 'base64url')
      .toString()
      .split(':')
    const future = Buffer.from(`${version}:${sign}:999999`).toString('base64url')
    expect(codeOf(await refused(acme, future))).toBe('BAD_USER_INPUT')
  })

  it('belongs to another tenant is BAD_USER_INPUT', async () => {
    const other = await gateway.createTenant({ name: 'Other' })
    await other.connect(ben)
    expect(codeOf(await refused(acme, await cursorNow(other)))).toBe('BAD_USER_INPUT')
    expect(codeOf(await refused(other, await cursorNow(acme)))).toBe('BAD_USER_INPUT')
  })

  it('is older than what is kept is CURSOR_EXPIRED; the newest one still works', async () => {
    const old = await cursorNow(acme)
    await receive('Old')
    await receive('Old too')
    const newest = await cursorNow(acme)
    const clock = { now: () => new Date(Date.now() + eventRetention + 60_000) }
    const { handle } = pruneEvents({ db: gateway.db, clock })
    await handle({}, { signal: new AbortController().signal, logger: createLogger('silent') })
    expect(await gateway.db.event.count({ where: { tenantId: acme.id } })).toBe(0)

    expect(codeOf(await refused(acme, old))).toBe('CURSOR_EXPIRED')
    const hears = await acme.subscribe(textsIn, { after: newest })
    await receive('New')
    await hears.waitFor((data) => data.messageReceived.message.text === 'New')
    expect(hears.received).toHaveLength(1)
  })
})

describe('a place that is missing in the log', () => {
  it('is never skipped in silence: the subscriber is told', async () => {
    const { url } = await gateway.startInstance({ role: 'web' })
    const hears = await acme.subscribe(textsIn, {}, url)
    await gateway.db.eventLog.update({
      where: { tenantId: acme.id },
      data: { lastSequence: { increment: 1 } },
    })
    await expect.poll(() => hears.failure).toBeTruthy()
    expect(codeOf(hears.failure)).toBe('CURSOR_EXPIRED')
  })
})
