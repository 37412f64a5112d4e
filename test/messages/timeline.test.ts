import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'
import { isSms } from './unconfirmed.ts'

let gateway: Gateway
let acme: TestTenant
/** RingCentral's ids of what it answered to texts, by their words. */
const requestIds = new Map<string, string[]>()
const listening: typeof fetch = async (url, init) => {
  const response = await fetch(url, init)
  if (isSms(url, init)) {
    const { text } = JSON.parse(String(init?.body))
    const id = response.headers.get('rcrequestid') ?? 'none'
    requestIds.set(text, [...(requestIds.get(text) ?? []), id])
  }
  return response
}

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { fetch: listening, settleMs: 50 } })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

type Entry = {
  kind: string
  at: string
  until: string | null
  summary: string
  status: string | null
  attempt: number | null
  outcome: string | null
  rcRequestId: string | null
  errorCode: string | null
}

const ranks = ['QUEUED', 'SENDING', 'UNCONFIRMED', 'SENT']

/** The timeline of a message that rests: it is in order, and its statuses never go backwards. */
async function timelineOf(id: string): Promise<Entry[]> {
  const { message } = await acme.query(
    `{ message(id: "${id}") { status timeline {
      kind at until summary status attempt outcome rcRequestId errorCode
    } } }`,
  )
  const timeline: Entry[] = message.timeline
  const times = timeline.map(({ at }) => Date.parse(at))
  expect(times).toEqual([...times].sort((a, b) => a - b))
  const statuses = timeline.flatMap(({ status }) => status ?? [])
  expect(statuses[0]).toBe('QUEUED')
  expect(statuses.at(-1)).toBe(message.status)
  const climbed = statuses.map((status) => ranks.indexOf(status)).map((n) => (n < 0 ? 9 : n))
  expect(climbed).toEqual([...new Set(climbed)].sort((a, b) => a - b))
  for (const { summary } of timeline) expect(summary).toMatch(/^[A-Z].+\.$/)
  return timeline
}

const of = (timeline: Entry[], kind: string) => timeline.filter((entry) => entry.kind === kind)
const texting = async (text: string, { from = ava, to = stranger } = {}) =>
  (await send(acme, { from: from.number, to: [to], text })).id as string

describe('the timeline of a message', () => {
  it('that was delivered tells each status, and the attempt with RingCentral’s request id', async () => {
    const id = await texting('Well')
    await waitForStatus(acme, id, 'DELIVERED')
    const timeline = await timelineOf(id)
    const statuses = of(timeline, 'STATUS').map(({ status }) => status)
    expect(statuses.slice(0, 2)).toEqual(['QUEUED', 'SENDING'])
    expect(of(timeline, 'ATTEMPT')).toMatchObject([
      { attempt: 1, outcome: 'ACCEPTED', rcRequestId: requestIds.get('Well')?.[0] },
    ])
    expect(of(timeline, 'WAIT')).toEqual([])
  })

  it.each([
    ['9384', 'SENDING_FAILED', 'MSG-384', { outcome: 'REFUSED', errorCode: 'MSG-384' }],
    ['9411', 'DELIVERY_FAILED', 'SMS-CAR-411', { outcome: 'ACCEPTED', errorCode: null }],
  ])('that failed (%s) explains itself: %s, %s', async (fate, status, errorCode, attempt) => {
    const text = `Fails with ${fate}`
    const id = await texting(text, { to: `+1415555${fate}` })
    await waitForStatus(acme, id, status)
    const timeline = await timelineOf(id)
    expect(of(timeline, 'ATTEMPT')).toMatchObject([
      { ...attempt, attempt: 1, rcRequestId: requestIds.get(text)?.[0], until: expect.anything() },
    ])
    expect(of(timeline, 'STATUS').at(-1)).toMatchObject({ status, errorCode })
  })

  it('that waited for RingCentral’s penalty says until when and why, and so does the one behind it', async () => {
    await acme.connect(ben)
    gateway.simulator.planFault({ kind: 'rate-limit', path: '**/sms', retryAfter: 2, count: 1 })
    const first = await texting('Limited', { from: ben })
    while (!smsRequests(gateway.simulator).some(({ status }) => status === 429)) await sleep(10)
    const behind = await texting('Behind', { from: ben })
    for (const id of [first, behind]) await waitForStatus(acme, id, 'DELIVERED')
    const refused = smsRequests(gateway.simulator).find(({ status }) => status === 429)
    const refusedAt = Date.parse(refused?.at ?? '')

    const timeline = await timelineOf(first)
    for (const wait of [...of(timeline, 'WAIT'), ...of(await timelineOf(behind), 'WAIT')]) {
      expect(wait.summary).toMatch(/RingCentral closed the Medium group; waiting until/)
      const waited = Date.parse(wait.until ?? '') - refusedAt
      expect(waited).toBeGreaterThanOrEqual(2_000)
      expect(waited).toBeLessThan(3_000)
    }
    expect(of(timeline, 'WAIT')).toHaveLength(1)
    expect(of(await timelineOf(behind), 'WAIT')).toHaveLength(1)
    expect(of(timeline, 'ATTEMPT').map(({ outcome }) => outcome)).toEqual(['REFUSED', 'ACCEPTED'])
    expect(of(await timelineOf(behind), 'ATTEMPT')).toHaveLength(1)

    // Who comes when it is over has not waited for it.
    const later = await texting('Later', { from: ben })
    await waitForStatus(acme, later, 'DELIVERED')
    expect(of(await timelineOf(later), 'WAIT')).toEqual([])
  })

  it('in doubt tells of the doubt, and of the looks into RingCentral’s store', async () => {
    gateway.simulator.planFault({ kind: 'reset', path: '**/sms', count: 1 })
    const id = await texting('Doubtful')
    await waitForStatus(acme, id, 'UNCONFIRMED')
    const timeline = await timelineOf(id)
    expect(of(timeline, 'ATTEMPT')).toMatchObject([
      { outcome: 'IN_DOUBT', errorCode: expect.stringMatching(/RESET|SOCKET/) },
    ])
    expect(of(timeline, 'NOTE')).toMatchObject([{ summary: expect.stringContaining('no trace') }])
    expect(timeline.at(-1)).toMatchObject({
      status: 'UNCONFIRMED',
      summary: expect.stringContaining('Looked 2 times'),
    })
  })

  it('whose extension was revoked waits until it is connected again, and then goes on', async () => {
    await acme.connect(cleo)
    gateway.simulator.revokeGrant(cleo.extensionId)
    const id = await texting('Patient', { from: cleo })
    const waits = async () => of(await timelineOf(id), 'WAIT')
    await expect.poll(waits).toHaveLength(1)
    const [wait] = await waits()
    expect(wait).toMatchObject({
      until: null,
      summary: expect.stringContaining('waiting for the extension to be connected again'),
    })
    await acme.connect(cleo)
    await waitForStatus(acme, id, 'DELIVERED')
    const timeline = await timelineOf(id)
    expect(of(timeline, 'WAIT')).toEqual([wait])
    expect(timeline.at(-1)).toMatchObject({ status: 'DELIVERED' })
  })
})
