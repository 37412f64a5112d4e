import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { reconcileConsentsJob } from '../../src/consents/jobs.ts'
import { hours, minutes } from '../../src/lib/clock.ts'
import { syncMessagesJob } from '../../src/messages/jobs.ts'
import { wideLimits } from '../batches/batches.ts'
import {
  consentChanges,
  consentOf,
  holdLane,
  setConsent,
  waitForConsent,
} from '../support/consents.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { elsewhere } from '../support/mailbox.ts'
import { change } from '../support/settings.ts'
import { smsRequests, waitForStatus } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

let gateway: Gateway
let acme: TestTenant
let time: ReturnType<typeof sharedTime>
let jobs: Awaited<ReturnType<typeof createJobRunner>>

beforeAll(async () => {
  time = sharedTime({ shared: true, simulator: { limits: wideLimits } })
  gateway = await startGateway(time)
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return async () => {
    await gateway.stop()
    time.close()
  }
})

let people = 100
let other = ''
let pair = { number: ava.number, other }
beforeEach(async () => {
  jobs = await createJobRunner(gateway)
  people += 1
  other = `+1415555${String(people).padStart(4, '0')}`
  pair = { number: ava.number, other }
})

const inMs = (ms: number) => new Date(time.app.clock.now().getTime() + ms)

async function send(input: object) {
  const { result } = await acme.query(
    `mutation ($input: SendSmsInput!) { result: sendSms(input: $input) {
      __typename ... on Message { id status createdAt expiresAt purpose } ... on Error { code message }
      ... on RecipientOptedOutError { recipient from optedOutAt } ... on InvalidInputError { field }
    } }`,
    { input: { from: ava.number, to: [other], text: 'Hello', ...input } },
  )
  return result
}
const says = (text: string, from = other) =>
  gateway.simulator.inbound({ from, to: ava.number, text })
const isOut = (consent: any) => consent.status === 'OPTED_OUT'
const isIn = (consent: any) => consent.status === 'OPTED_IN'
const sentTo = (number: string) =>
  gateway.simulator.outbox().filter(({ to }) => to.includes(number))
const requestsWith = (words: string) =>
  smsRequests(gateway.simulator).filter(({ body }) => body?.includes(words))

describe('who texts STOP', () => {
  it('gets nothing that was left waiting all the same', async () => {
    const letGo = await holdLane(gateway, ava.extensionId)
    const { id } = await send({ text: 'Left waiting' })
    const now = new Date()
    const facts = { status: 'OPTED_OUT', source: 'API', changedAt: now, heardAt: now } as const
    // As if whoever wrote it down had taken nothing back.
    await gateway.db.consent.create({
      data: { id: `cst_${id}`, tenantId: acme.id, ...pair, ...facts },
    })
    await letGo()
    await send({ to: ['+14155550199'], text: 'Wakes the lane' })
    const message = await waitForStatus(acme, id, 'CANCELED', 'SENDING', 'SENT', 'DELIVERED')
    expect(message).toMatchObject({ status: 'CANCELED', errorCode: 'RECIPIENT_OPTED_OUT' })
    expect(sentTo(other)).toEqual([])
  })

  it('hears nothing any more, of what waits and what comes, until START', async () => {
    const hears = await acme.subscribe(consentChanges)
    const letGo = await holdLane(gateway, ava.extensionId)
    const queued = await send({ text: 'Waiting' })
    const later = await send({ text: 'Tomorrow', sendAt: inMs(hours(24)) })
    const group = await send({ text: 'All of us', to: [other, '+14155550190'] })
    const others = await send({ text: 'Not meant', to: ['+14155550190'] })
    says(' stop\n')
    for (const { id } of [queued, later, group]) {
      const message = await waitForStatus(acme, id, 'CANCELED')
      expect(message.errorCode).toBe('RECIPIENT_OPTED_OUT')
    }
    // RingCentral's own record of it may be here a moment before the text.
    const out = await waitForConsent(acme, pair, ({ keyword }) => keyword === 'STOP')
    expect(out).toMatchObject({ source: 'KEYWORD', status: 'OPTED_OUT', ...pair })
    expect(out.messageId).toMatch(/^msg_/)
    await hears.waitFor(({ consentChanged }) => consentChanged.consent.id === out.id)

    const refused = { code: 'RECIPIENT_OPTED_OUT', recipient: other, from: ava.number }
    const before = await gateway.db.message.count()
    expect(await send({})).toMatchObject({ ...refused, optedOutAt: out.changedAt })
    expect(await send({ to: ['+14155550190', other] })).toMatchObject(refused)
    expect(await send({ sendAt: inMs(hours(1)) })).toMatchObject(refused)
    expect(await gateway.db.message.count()).toBe(before)
    const { optOuts } = await acme.query(
      `{ optOuts(filter: { number: "${ava.number}", other: "${other}" }) { totalCount nodes { id } } }`,
    )
    expect(optOuts).toEqual({ totalCount: 1, nodes: [{ id: out.id }] })

    await letGo()
    says('Unstop')
    await waitForConsent(acme, pair, isIn)
    const again = await send({ text: 'Back again' })
    await waitForStatus(acme, again.id, 'DELIVERED')
    await waitForStatus(acme, others.id, 'DELIVERED')
    expect(sentTo(other).map(({ text }) => text)).toEqual(['Back again'])
    const texted = requestsWith(other).filter(({ body }) => !body?.includes('Back again'))
    expect(texted).toEqual([])
  })

  it('may be sent one confirmation, and is answered HELP, once each', async () => {
    await change(acme, { helpText: 'Call 202 555 0101.' } as object)
    expect(await send({ purpose: 'OPT_OUT_CONFIRMATION' })).toMatchObject({ field: 'purpose' })
    says('QUIT')
    await waitForConsent(acme, pair, ({ keyword }) => keyword === 'QUIT')
    const confirmation = { text: 'You hear no more of us.', purpose: 'OPT_OUT_CONFIRMATION' }
    const [one, two] = await Promise.all([send(confirmation), send(confirmation)])
    const [taken, refused] = one.id ? [one, two] : [two, one]
    expect(refused).toMatchObject({ code: 'RECIPIENT_OPTED_OUT' })
    const leftMs = Date.parse(taken.expiresAt) - Date.parse(taken.createdAt)
    expect(leftMs).toBeLessThanOrEqual(minutes(5))
    expect(leftMs).toBeGreaterThan(minutes(4))
    await waitForStatus(acme, taken.id, 'SENT', 'DELIVERED', 'SENDING_FAILED')
    says('Help')
    await expect
      .poll(() => sentTo(other).map(({ text }) => text))
      .toEqual(['You hear no more of us.', 'Call 202 555 0101.'])
    says('STOP')
    await waitForConsent(acme, pair, (consent) => consent.keyword === 'STOP')
    await time.pass(minutes(6))
    expect(await send(confirmation)).toMatchObject({ code: 'RECIPIENT_OPTED_OUT' })
    expect(await send({})).toMatchObject({ code: 'RECIPIENT_OPTED_OUT' })
  })

  it('may be sent one confirmation, also where RingCentral’s record is here before the text', async () => {
    await jobs.dropLater()
    gateway.simulator.planFault({ kind: 'webhook-drop', path: '/' })
    says('QUIT')
    await gateway.simulator.settled()
    gateway.simulator.clearFaults()
    await jobs.run(reconcileConsentsJob, {})
    await waitForConsent(acme, pair, ({ source }) => source === 'RINGCENTRAL')
    const confirmation = { text: 'You hear no more of us.', purpose: 'OPT_OUT_CONFIRMATION' }
    expect((await send(confirmation)).id).toMatch(/^msg_/)
    const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
    await jobs.run(syncMessagesJob, { extensionRowId })
    await waitForConsent(acme, pair, ({ keyword }) => keyword === 'QUIT')
    expect(await send(confirmation)).toMatchObject({ code: 'RECIPIENT_OPTED_OUT' })
  })

  it('and then START stays in, though the STOP is only found later', async () => {
    gateway.simulator.planFault({ kind: 'webhook-drop', path: '/' })
    says('STOP')
    await gateway.simulator.settled()
    await time.pass(minutes(1))
    gateway.simulator.clearFaults()
    says('START')
    await waitForConsent(acme, pair, isIn)
    const { id } = await send({ text: 'Still here', sendAt: inMs(hours(2)) })
    const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
    await jobs.run(syncMessagesJob, { extensionRowId })
    const found = await gateway.db.message.count({ where: { from: other, text: 'STOP' } })
    expect(found).toBe(1)
    expect(await consentOf(acme, pair)).toMatchObject({ status: 'OPTED_IN', keyword: 'START' })
    await waitForStatus(acme, id, 'SCHEDULED')
  })
})

describe('what is set', () => {
  it('holds at once, and RingCentral is told, also when it was busy', async () => {
    gateway.simulator.planFault({ kind: 'status', status: 503, path: '**/sms/consents', count: 1 })
    const waiting = await send({ sendAt: inMs(hours(1)) })
    const input = { number: ava.number, other, status: 'OPTED_OUT', note: 'By telephone.' }
    const set = await setConsent(acme, input)
    expect(set).toMatchObject({ status: 'OPTED_OUT', source: 'API', note: 'By telephone.' })
    await waitForStatus(acme, waiting.id, 'CANCELED')
    await waitForConsent(acme, pair, ({ mirrored }) => mirrored)
    expect(await setConsent(acme, input)).toMatchObject({ id: set.id, changedAt: set.changedAt })
    const rc = await elsewhere(gateway, ava.extensionId)
    const path = '/restapi/v2/accounts/~/sms/consents'
    const { body } = await rc('POST', `${path}/search`, { from: [ava.number], to: [other] })
    expect(body.records).toMatchObject([{ to: other, optStatus: 'OptOut', source: 'Api' }])
  })

  it('at RingCentral is believed, by its event, by comparing, and by what it fails to deliver', async () => {
    const rc = await elsewhere(gateway, ava.extensionId)
    const set = (to: string, optStatus: string) =>
      rc('PATCH', '/restapi/v2/accounts/~/sms/consents', {
        records: [{ from: ava.number, to, optStatus, source: 'Api' }],
      })
    await set(other, 'OptOut')
    await waitForConsent(acme, pair, isOut)
    await set(other, 'OptIn')
    await waitForConsent(acme, pair, isIn)

    gateway.simulator.planFault({ kind: 'webhook-drop', path: '/' })
    await time.pass(1000)
    await set(other, 'OptOut')
    const silent = other.replace('+1415', '+1212')
    await set(silent, 'OptOut')
    await gateway.simulator.settled()
    gateway.simulator.clearFaults()
    const { id } = await send({ to: [silent] })
    const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
    await expect
      .poll(async () => {
        await jobs.run(syncMessagesJob, { extensionRowId })
        return (await gateway.db.message.findUniqueOrThrow({ where: { id } })).status
      })
      .toBe('SENDING_FAILED')
    await waitForConsent(acme, { number: ava.number, other: silent }, isOut)
    expect(await consentOf(acme, pair)).toMatchObject({ status: 'OPTED_IN' })
    await jobs.run(reconcileConsentsJob, {})
    const told = await waitForConsent(acme, pair, isOut)
    expect(told).toMatchObject({ source: 'RINGCENTRAL', mirrored: true })
  })

  it('for numbers of nobody, or no numbers, is refused', async () => {
    const input = { number: ben.number, other, status: 'OPTED_OUT' }
    expect(await setConsent(acme, input)).toMatchObject({ code: 'NUMBER_NOT_FOUND' })
    expect(await setConsent(acme, { ...input, number: ava.number, other: '12' })).toMatchObject({
      code: 'INVALID_PHONE_NUMBER',
    })
    expect(await consentOf(acme, { number: ava.number, other: 'nobody' })).toBeNull()
  })
})
