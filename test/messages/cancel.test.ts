import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hours } from '../../src/lib/clock.ts'
import { createRandom } from '../crash/random.ts'
import { holdLane } from '../support/consents.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { smsRequests, stranger, waitForStatus } from '../support/texts.ts'
import { isSms } from './unconfirmed.ts'

let gateway: Gateway
let acme: TestTenant

/** The way to RingCentral, on which a text can be held up: who is on it has begun an attempt. */
const road = { closed: false, waiting: 0 }
const travel: typeof fetch = async (url, init) => {
  if (isSms(url, init)) {
    road.waiting += 1
    while (road.closed) await sleep(5)
  }
  return fetch(url, init)
}

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { fetch: travel } })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})
beforeEach(() => {
  gateway.simulator.clearFaults()
  Object.assign(road, { closed: false, waiting: 0 })
})

const fields = '__typename ... on Error { code message }'
const messageFields = 'id status sendAt expiresAt cancelRequestedAt timeline { summary }'

async function send(text: string, more: object = {}) {
  const { result } = await acme.query(
    `mutation ($input: SendSmsInput!) { result: sendSms(input: $input) { ${fields} ... on Message { ${messageFields} } } }`,
    { input: { from: ava.number, to: [stranger], text, ...more } },
  )
  return result
}
async function cancel(messageId: string, tenant: Pick<TestTenant, 'query'> = acme) {
  const { result } = await tenant.query(
    `mutation ($input: CancelMessageInput!) { result: cancelMessage(input: $input) {
      ${fields} ... on MessageCancellation { outcome target { ${messageFields} } } } }`,
    { input: { messageId } },
  )
  return result
}
async function reschedule(messageId: string, sendAt: Date) {
  const { result } = await acme.query(
    `mutation ($input: RescheduleMessageInput!) { result: rescheduleMessage(input: $input) {
      ${fields} ... on MessageNotWaitingError { status } ... on Message { ${messageFields} } } }`,
    { input: { messageId, sendAt } },
  )
  return result
}
const arrived = (text: string) => gateway.simulator.outbox().filter((sent) => sent.text === text)
const requestsOf = (text: string) =>
  smsRequests(gateway.simulator).filter(({ body }) => body?.includes(text))
const inMs = (ms: number) => new Date(Date.now() + ms)

describe('canceling a message', () => {
  it('that waits takes it back for good, however often it is asked for', async () => {
    const letGo = await holdLane(gateway, ava.extensionId)
    const queued = await send('Queued')
    const later = await send('Later', { sendAt: inMs(hours(1)) })
    for (const { id } of [queued, later]) {
      for (const _ of [1, 2]) {
        expect(await cancel(id)).toMatchObject({
          outcome: 'CANCELED',
          target: { id, status: 'CANCELED', cancelRequestedAt: null },
        })
      }
      expect(await reschedule(id, inMs(hours(2)))).toMatchObject({
        code: 'MESSAGE_NOT_WAITING',
        status: 'CANCELED',
      })
    }
    await letGo()
    const next = await send('Next')
    await waitForStatus(acme, next.id, 'DELIVERED')
    expect(await cancel(next.id)).toMatchObject({ outcome: 'TOO_LATE' })
    expect([...requestsOf('Queued'), ...requestsOf('Later')]).toEqual([])
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'Came in' })
    const received = await acme.waitFor(
      '{ messages(filter: { direction: INBOUND }) { nodes { id } } }',
      ({ messages }) => messages.nodes[0],
    )
    for (const id of [received.id, 'msg_unknown']) {
      expect(await cancel(id)).toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
    }
  })

  it.each([
    ['was refused for now', { kind: 'rate-limit', retryAfter: 1 }, 'CANCELED', 0],
    ['got lost on the way', { kind: 'reset' }, 'CANCELED', 0],
    ['was taken without an answer', { kind: 'accept-then-reset' }, 'SENT', 1],
    ['was just slow', { kind: 'delay', ms: 1 }, 'SENT', 1],
  ] as const)('that is on its way, and %s, tells in the end', async (how, fault, end, copies) => {
    const text = `On its way, and ${how}`
    gateway.simulator.planFault({ ...fault, path: '**/sms', method: 'POST', count: 1 })
    road.closed = true
    const { id } = await send(text)
    await expect.poll(() => road.waiting).toBe(1)
    const asked = await cancel(id)
    expect(asked).toMatchObject({ outcome: 'REQUESTED', target: { status: 'SENDING' } })
    expect(await cancel(id)).toMatchObject({
      outcome: 'REQUESTED',
      target: { cancelRequestedAt: asked.target.cancelRequestedAt },
    })
    expect(await reschedule(id, inMs(hours(1)))).toMatchObject({ code: 'MESSAGE_NOT_WAITING' })
    road.closed = false
    await waitForStatus(acme, id, ...(end === 'SENT' ? ['SENT', 'DELIVERED'] : [end]))
    const outcome = end === 'SENT' ? 'TOO_LATE' : 'CANCELED'
    expect(await cancel(id)).toMatchObject({ outcome })
    const next = await send('Behind it')
    await waitForStatus(acme, next.id, 'SENT', 'DELIVERED')
    expect(arrived(text)).toHaveLength(copies)
    // Itself, and the one behind it.
    expect(road.waiting).toBe(2)
  })

  it('by a STOP while it is on its way keeps it from being tried again', async () => {
    const other = '+14155550155'
    const fault = { kind: 'rate-limit', retryAfter: 1 } as const
    gateway.simulator.planFault({ ...fault, path: '**/sms', method: 'POST', count: 1 })
    road.closed = true
    const { id } = await send('Once', { to: [other] })
    await expect.poll(() => road.waiting).toBe(1)
    gateway.simulator.inbound({ from: other, to: ava.number, text: 'Stop' })
    await expect.poll(() => gateway.db.consent.count({ where: { other } })).toBe(1)
    await waitForStatus(acme, id, 'SENDING')
    road.closed = false
    const canceled = await waitForStatus(acme, id, 'CANCELED', 'SENT', 'SENDING_FAILED')
    expect(canceled).toMatchObject({ status: 'CANCELED', errorCode: 'RECIPIENT_OPTED_OUT' })
    expect(arrived('Once')).toEqual([])
  })

  it('at any moment never lets one go that was answered CANCELED', async () => {
    const dice = createRandom(8)
    const rounds = 30
    const outcomes = await Promise.all(
      Array.from({ length: rounds }, async (_, n) => {
        await sleep(dice.between(0, 1_500))
        const { id } = await send(`Race ${n}.`)
        await sleep(dice.between(0, 500))
        const { outcome } = await cancel(id)
        return { id, outcome, text: `Race ${n}.` }
      }),
    )
    for (const { id, outcome, text } of outcomes) {
      await waitForStatus(acme, id, 'CANCELED', 'SENT', 'DELIVERED')
      if (outcome === 'CANCELED') expect(requestsOf(text), text).toEqual([])
      if (outcome !== 'CANCELED') expect(arrived(text), text).toHaveLength(1)
    }
  })
})

describe('another time', () => {
  it('for a message that waits moves its validFor along, there and back', async () => {
    const letGo = await holdLane(gateway, ava.extensionId)
    const { id } = await send('Moved', { validFor: 600 })
    const tomorrow = inMs(hours(24))
    expect(await reschedule(id, tomorrow)).toMatchObject({
      status: 'SCHEDULED',
      sendAt: tomorrow.toISOString(),
      expiresAt: new Date(tomorrow.getTime() + 600_000).toISOString(),
    })
    await letGo()
    const first = await send('Not moved')
    await waitForStatus(acme, first.id, 'DELIVERED')
    expect(await reschedule(id, inMs(-1000))).toMatchObject({ code: 'INVALID_INPUT' })
    await reschedule(id, inMs(1500))
    await waitForStatus(acme, id, 'DELIVERED')
    expect(arrived('Moved')).toHaveLength(1)
    expect(await cancel(id)).toMatchObject({ outcome: 'TOO_LATE' })
  })
})
