import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { days, hours, minutes, seconds } from '../../src/lib/clock.ts'
import { sweepMessagesJob } from '../../src/messages/jobs.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { smsRequests, statusChanges, stranger, waitForStatus } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

let gateway: Gateway
let acme: TestTenant
let time: ReturnType<typeof sharedTime>
let jobs: Awaited<ReturnType<typeof createJobRunner>>

beforeAll(async () => {
  time = sharedTime({ shared: true })
  gateway = await startGateway(time)
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return async () => {
    await gateway.stop()
    time.close()
  }
})
beforeEach(async () => {
  jobs = await createJobRunner(gateway)
})

type Sms = { text: string; sendAt?: Date; validFor?: number; idempotencyKey?: string }
const fields = `__typename ... on Message { id status sendAt expiresAt timeline { kind status summary } }
  ... on Error { code message } ... on InvalidInputError { field }`

async function send(input: Sms) {
  const { result } = await acme.query(
    `mutation ($input: SendSmsInput!) { result: sendSms(input: $input) { ${fields} } }`,
    { input: { from: ava.number, to: [stranger], ...input } },
  )
  return result
}

const inMs = (ms: number) => new Date(time.app.clock.now().getTime() + ms)
const requestsOf = (text: string) =>
  smsRequests(gateway.simulator).filter(({ body }) => body?.includes(text))
const sweep = () => jobs.run(sweepMessagesJob, {})

describe('a text for later', () => {
  it('is SCHEDULED until its time, then goes out by itself', async () => {
    const hears = await acme.subscribe(statusChanges)
    const sendAt = inMs(seconds(2))
    const sent = await send({ text: 'In two seconds', sendAt, validFor: 3600 })
    expect(sent).toMatchObject({ status: 'SCHEDULED', sendAt: sendAt.toISOString() })
    expect(sent.expiresAt).toBe(new Date(sendAt.getTime() + hours(1)).toISOString())
    expect(sent.timeline.at(-1).summary).toContain(sendAt.toISOString())
    await waitForStatus(acme, sent.id, 'DELIVERED')
    const [request] = requestsOf('In two seconds')
    expect(Date.parse(request?.at ?? '')).toBeGreaterThanOrEqual(sendAt.getTime())
    const heard = hears.received.map(({ messageStatusChanged }) => messageStatusChanged.message)
    const told = heard.filter(({ id }: any) => id === sent.id).map(({ status }: any) => status)
    expect(told.slice(0, 3)).toEqual(['SCHEDULED', 'QUEUED', 'SENDING'])
  })

  it('goes out with the sweep when its job was lost, in the order of its time, or not at all', async () => {
    const tomorrow = await send({ text: 'Tomorrow', sendAt: inMs(hours(24)) })
    const sooner = await send({ text: 'Sooner', sendAt: inMs(hours(23)) })
    const late = await send({ text: 'Too late', sendAt: inMs(hours(22)), validFor: 60 })
    await gateway.db
      .$executeRaw`DELETE FROM pgboss.job WHERE name IN ('release-message', 'expire-message')`
    await sweep()
    await jobs.idle()
    await waitForStatus(acme, tomorrow.id, 'SCHEDULED')
    await time.pass(hours(25))
    await sweep()
    await waitForStatus(acme, tomorrow.id, 'DELIVERED')
    await waitForStatus(acme, sooner.id, 'DELIVERED')
    const texts = gateway.simulator.outbox().map(({ text }) => text)
    expect(texts.indexOf('Sooner')).toBeLessThan(texts.indexOf('Tomorrow'))
    expect(texts).not.toContain('Too late')
    await waitForStatus(acme, late.id, 'EXPIRED')
  })

  it.each([
    ['over', -minutes(1)],
    ['too far ahead', days(366)],
  ])('whose time is %s is refused', async (_, ms) => {
    const before = await gateway.db.message.count()
    const refused = await send({ text: 'Never', sendAt: inMs(ms) })
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', field: 'sendAt' })
    expect(await gateway.db.message.count()).toBe(before)
  })

  it('is found again by its idempotency key, also when its time is over', async () => {
    const sms = { text: 'Keyed', sendAt: inMs(hours(1)), idempotencyKey: 'later' }
    const { id } = await send(sms)
    await time.pass(hours(2))
    expect(await send(sms)).toMatchObject({ id })
    const other = await send({ ...sms, sendAt: inMs(hours(1)) })
    expect(other).toMatchObject({ code: 'IDEMPOTENCY_KEY_MISMATCH' })
  })
})
