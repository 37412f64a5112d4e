import { beforeEach, describe, expect, it } from 'vitest'
import { days, hours, minutes } from '../../src/lib/clock.ts'
import { sweepMessagesJob } from '../../src/messages/jobs.ts'
import { timeZonesOf } from '../../src/numbers/time-zones.ts'
import { endOfQuiet } from '../../src/tenants/quiet-hours.ts'
import { sendBatch } from '../batches/batches.ts'
import { holdLane } from '../support/consents.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { smsRequests, waitForStatus } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

const night = { start: '21:00', end: '08:00', timeZone: 'America/Chicago' }
const until = (zones: string[], at: string, hours = night) =>
  endOfQuiet(hours, zones, new Date(at))?.toISOString() ?? null

describe('the end of quiet hours', () => {
  it.each([
    ['in the evening', ['America/New_York'], '2027-01-15T02:00:00Z', '2027-01-15T13:00:00.000Z'],
    ['the moment they end', ['America/New_York'], '2027-01-15T13:00:00Z', null],
    ['by day', ['America/New_York'], '2027-01-15T20:00:00Z', null],
    ['without a zone', [], '2027-01-15T13:30:00Z', '2027-01-15T14:00:00.000Z'],
    [
      'in two zones',
      ['America/New_York', 'America/Los_Angeles'],
      '2027-01-15T13:30:00Z',
      '2027-01-15T16:00:00.000Z',
    ],
    // Clocks go forward at 2 in that night, and back in the other.
    ['into summer', ['America/New_York'], '2027-03-14T03:00:00Z', '2027-03-14T12:00:00.000Z'],
    ['into winter', ['America/New_York'], '2027-11-07T03:00:00Z', '2027-11-07T13:00:00.000Z'],
  ])('%s', (_, zones, at, end) => expect(until(zones, at)).toBe(end))

  it('at a time that the clock skips, or has twice, is over soon after', () => {
    const hours = { ...night, end: '02:30' }
    const zone = ['America/New_York']
    expect(until(zone, '2027-03-14T03:00:00Z', hours)).toBe('2027-03-14T07:30:00.000Z')
    const end = until(zone, '2027-11-07T03:00:00Z', { ...hours, end: '01:30' })
    expect(['2027-11-07T05:30:00.000Z', '2027-11-07T06:30:00.000Z']).toContain(end)
  })

  it('is that of the tenant’s own zone where all together have none', () => {
    const long = { start: '12:00', end: '11:00', timeZone: 'America/Chicago' }
    const zones = ['America/New_York', 'Asia/Tokyo', 'Europe/Berlin']
    expect(until(zones, '2027-01-15T20:00:00Z', long)).toBe('2027-01-16T17:00:00.000Z')
  })

  it('goes by the zones that a number tells', () => {
    expect(timeZonesOf('+12025550142')).toEqual(['America/New_York'])
    expect(timeZonesOf('+4930901820')).toEqual(['Europe/Berlin'])
    expect(timeZonesOf('+61491570156').length).toBeGreaterThan(0)
    expect(timeZonesOf('+447911123456')).toContain('Europe/London')
    for (const nowhere of ['+18005550199', '+15005550006', '+80012345678', '+88213000000']) {
      expect(timeZonesOf(nowhere), nowhere).toEqual([])
    }
    // An area code in two zones, and one of its exchanges, which is in one of them.
    const both = ['America/Chicago', 'America/New_York']
    expect(timeZonesOf('+18505550100').toSorted()).toEqual(both)
    expect(timeZonesOf('+14235550100').toSorted()).toEqual(both)
    expect(timeZonesOf('+18504330100')).toEqual(['America/Chicago'])
  })
})

describe('a text in the quiet hours of its recipient', () => {
  const inNewYork = '+12125550177'
  const inLosAngeles = '+13105550177'
  let gateway: Gateway
  let acme: TestTenant
  let time: ReturnType<typeof sharedTime>
  let jobs: Awaited<ReturnType<typeof createJobRunner>>

  beforeEach(async () => {
    time = sharedTime()
    gateway = await startGateway(time)
    jobs = await createJobRunner(gateway)
    acme = await gateway.createTenant()
    await acme.connect(ava)
    await jobs.idle()
  })

  const now = () => time.app.clock.now()
  /** Lets it become that hour in New York. */
  async function become(hour: number) {
    const onWall = (at: Date) => at.toLocaleTimeString('en-GB', { timeZone: 'America/New_York' })
    const wait = [...Array(24).keys()].find(
      (n) => Number(onWall(new Date(now().getTime() + hours(n))).slice(0, 2)) === hour,
    )
    if (wait) await time.pass(hours(wait))
  }
  /** Sends a text, of which it was told before whether it would be taken, and until when it would wait. */
  async function send(to: string[], text: string, more: object = {}) {
    const variables = { input: { from: ava.number, to, text, ...more } }
    const { messagePreflight } = await acme.query(
      `query ($input: SendSmsInput!) { messagePreflight(input: $input) {
        problems { code field message } wait { until reason estimatedSendAt } } }`,
      variables,
    )
    const { result } = await acme.query(
      `mutation ($input: SendSmsInput!) { result: sendSms(input: $input) {
        ... on Message { id status sendAt timeline { summary } } ... on Error { code message }
        ... on InvalidInputError { field } } }`,
      variables,
    )
    const { problems, wait } = messagePreflight
    expect(problems).toEqual(result.code ? [result] : [])
    if (result.field === 'validFor') expect(wait.reason).toBe('Quiet hours')
    if (result.status === 'SCHEDULED') {
      expect(wait.until).toBe(result.sendAt)
      expect(Date.parse(wait.estimatedSendAt)).toBeGreaterThanOrEqual(Date.parse(wait.until))
      const why = expect.stringContaining(`${wait.reason}: not before`)
      expect(result.timeline).toContainEqual({ summary: why })
    }
    return result
  }
  async function set(quietHours: object | null) {
    const { result } = await acme.query(
      `mutation ($input: UpdateSettingsInput!) { result: updateSettings(input: $input) {
        ... on TenantSettings { quietHours { start end timeZone } }
        ... on Error { code } ... on InvalidInputError { field } } }`,
      { input: { quietHours } },
    )
    return result
  }
  const hourIn = (zone: string, at: string) =>
    new Date(at).toLocaleTimeString('en-GB', { timeZone: zone, timeStyle: 'short' })
  const requests = (text: string) =>
    smsRequests(gateway.simulator).filter(({ body }) => body?.includes(text))

  it('waits until they end for all, unless it is an answer, or asked to go', async () => {
    expect(await set({ ...night, start: '9 pm' })).toMatchObject({ field: 'quietHours.start' })
    expect(await set({ ...night, timeZone: 'Moon' })).toMatchObject({
      field: 'quietHours.timeZone',
    })
    expect(await set(night)).toEqual({ quietHours: night })
    await become(23)
    const held = await send([inNewYork], 'Good morning')
    expect(held).toMatchObject({ status: 'SCHEDULED' })
    expect(hourIn('America/New_York', held.sendAt)).toBe('08:00')
    expect(held.timeline).toContainEqual({ summary: expect.stringMatching(/^Quiet hours/) })
    const all = await send([inNewYork, inLosAngeles], 'Everybody')
    expect(hourIn('America/Los_Angeles', all.sendAt)).toBe('08:00')
    const asked = new Date(now().getTime() + hours(3)).toISOString()
    const later = await send([inNewYork], 'Asked for at night', { sendAt: asked })
    expect(later.sendAt).toBe(held.sendAt)
    expect(later.timeline).toContainEqual({ summary: expect.stringMatching(/^Quiet hours/) })
    const short = { code: 'INVALID_INPUT', field: 'validFor' }
    expect(await send([inNewYork], 'Not tomorrow', { validFor: 60 })).toMatchObject(short)
    const atNight = { sendAt: asked, validFor: 60 }
    expect(await send([inNewYork], 'Not tomorrow', atNight)).toMatchObject(short)
    const byDay = new Date(now().getTime() + hours(13)).toISOString()
    const noon = await send([inNewYork], 'At noon', { sendAt: byDay, validFor: 3600 })
    expect(noon).toMatchObject({ status: 'SCHEDULED', sendAt: byDay })
    const { moved } = await acme.query(
      `mutation ($input: RescheduleMessageInput!) { moved: rescheduleMessage(input: $input) {
        ... on InvalidInputError { code field } } }`,
      { input: { messageId: noon.id, sendAt: asked } },
    )
    expect(moved).toEqual({ code: 'INVALID_INPUT', field: 'sendAt' })

    const urgent = await send([inNewYork], 'Water in the cellar', { ignoreQuietHours: true })
    await waitForStatus(acme, urgent.id, 'SENT', 'DELIVERED')
    const batch = { from: [ava.number], recipients: [{ to: '+12125550178' }] }
    const { id: quiet } = await sendBatch(acme, { ...batch, text: 'Spring sale' })
    await sendBatch(acme, { ...batch, text: 'No school today', ignoreQuietHours: true })
    await expect.poll(() => requests('No school today')).toHaveLength(1)
    await acme.waitFor(
      `{ messageBatch(id: "${quiet}") { messages(first: 1) { nodes { status } } } }`,
      ({ messageBatch }) => messageBatch.messages.nodes[0]?.status === 'SCHEDULED',
    )
    gateway.simulator.inbound({ from: inLosAngeles, to: ava.number, text: 'Are you awake?' })
    await acme.waitFor('{ messages(filter: { text: "awake" }) { totalCount } }', ({ messages }) =>
      Boolean(messages.totalCount),
    )
    await time.pass(minutes(5))
    const answer = await send([inLosAngeles], 'I am')
    await waitForStatus(acme, answer.id, 'SENT', 'DELIVERED')
    await time.pass(hours(2))
    expect(await send([inLosAngeles], 'Still?')).toMatchObject({ status: 'SCHEDULED' })

    await time.pass(days(1))
    await become(12)
    await jobs.run(sweepMessagesJob, {})
    for (const { id } of [held, all, later]) await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    expect(requests('Not tomorrow')).toEqual([])
  })

  it('that was accepted by day and is late waits as well, also one that was tried before', async () => {
    await become(12)
    const letGo = await holdLane(gateway, ava.extensionId)
    const late = await send([inNewYork], 'Late')
    expect(late.status).toBe('QUEUED')
    await gateway.db.message.update({
      where: { id: (await send([inNewYork], 'Tried')).id },
      data: { status: 'SENDING', mayRetry: true },
    })
    await set(night)
    await become(22)
    const letGoSoon = { where: {}, data: { pausedUntil: new Date(now().getTime() + minutes(30)) } }
    await gateway.db.sendLane.updateMany(letGoSoon)
    const { message } = await acme.query(`{ message(id: "${late.id}") { estimatedSendAt } }`)
    expect(hourIn('America/New_York', message.estimatedSendAt)).toBe('08:00')
    await letGo()
    const urgent = await send([inNewYork], 'Now', { ignoreQuietHours: true })
    await waitForStatus(acme, urgent.id, 'SENT', 'DELIVERED')
    await waitForStatus(acme, late.id, 'SCHEDULED')
    expect([...requests('Late'), ...requests('Tried')]).toEqual([])
    await time.pass(hours(12))
    await jobs.run(sweepMessagesJob, {})
    await waitForStatus(acme, late.id, 'SENT', 'DELIVERED')
    await expect.poll(() => requests('Tried').length).toBe(1)
  })
})
