import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'
import { smsRequests, statusChanges, stranger, waitForStatus } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

type Sms = { text: string; validFor?: number | null; from?: string; idempotencyKey?: string }

async function send(input: Sms) {
  const { result } = await acme.query(
    `mutation ($input: SendSmsInput!) { result: sendSms(input: $input) {
      __typename ... on Message { id status createdAt expiresAt } ... on Error { code message }
      ... on InvalidInputError { field } ... on IdempotencyConflictError { messageId }
    } }`,
    { input: { from: ava.number, to: [stranger], ...input } },
  )
  return result
}

const requestsOf = (text: string) =>
  smsRequests(gateway.simulator).filter(({ body }) => body?.includes(text))

/** Has RingCentral answer a text with a penalty, in seconds: its lane rests for so long. */
async function closeLane(retryAfter: number) {
  const limited = () => smsRequests(gateway.simulator).filter(({ status }) => status === 429).length
  const before = limited()
  gateway.simulator.planFault({ kind: 'rate-limit', path: '**/sms', retryAfter, count: 1 })
  const first = await send({ text: 'Limited' })
  while (limited() === before) await sleep(10)
  return first
}

/** Sends one more, behind all others, and waits until it is through. */
async function passThrough(from = ava.number) {
  const { id } = await send({ text: 'The last', from })
  await waitForStatus(acme, id, 'SENT', 'DELIVERED')
}

describe('a text with validFor', () => {
  it('says until when, and is sent meanwhile', async () => {
    const sent = await send({ text: 'In time', validFor: 60 })
    expect(Date.parse(sent.expiresAt) - Date.parse(sent.createdAt)).toBe(60_000)
    await waitForStatus(acme, sent.id, 'DELIVERED')
  })

  it('in a lane that has to rest is EXPIRED at its time, is told, and never leaves', async () => {
    const hears = await acme.subscribe(statusChanges)
    const first = await closeLane(4)
    const startedAt = performance.now()
    const { id } = await send({ text: 'Too late', validFor: 1 })
    const expired = await waitForStatus(acme, id, 'EXPIRED')
    const seconds = (performance.now() - startedAt) / 1000
    expect(seconds).toBeGreaterThanOrEqual(1)
    expect(seconds).toBeLessThan(3.5)
    expect(expired).toMatchObject({
      errorCode: 'EXPIRED',
      errorMessage: expect.stringContaining('validFor'),
    })
    await hears.waitFor(
      ({ messageStatusChanged: { message } }) => message.id === id && message.status === 'EXPIRED',
    )
    await waitForStatus(acme, first.id, 'SENT', 'DELIVERED')
    await passThrough()
    expect(requestsOf('Too late')).toEqual([])
    await waitForStatus(acme, id, 'EXPIRED')
    const { message } = await acme.query(
      `{ message(id: "${id}") { timeline { kind status summary } } }`,
    )
    expect(message.timeline.map(({ kind }: { kind: string }) => kind)).toContain('WAIT')
    expect(message.timeline.at(-1)).toMatchObject({ status: 'EXPIRED' })
  })

  it('that was tried and put off expires as well', async () => {
    gateway.simulator.planFault({ kind: 'rate-limit', path: '**/sms', retryAfter: 3, count: 1 })
    const { id } = await send({ text: 'Put off', validFor: 1 })
    await waitForStatus(acme, id, 'EXPIRED')
    await passThrough()
    expect(requestsOf('Put off').length).toBeLessThanOrEqual(1)
    expect(gateway.simulator.outbox().map(({ text }) => text)).not.toContain('Put off')
  })

  it('whose extension is revoked expires, and does not leave when it is connected again', async () => {
    await acme.connect(ben)
    gateway.simulator.revokeGrant(ben.extensionId)
    const short = await send({ text: 'Short-lived', validFor: 2, from: ben.number })
    const patient = await send({ text: 'Patient', from: ben.number })
    await waitForStatus(acme, short.id, 'EXPIRED')
    await acme.connect(ben)
    await waitForStatus(acme, patient.id, 'DELIVERED')
    expect(requestsOf('Short-lived').filter(({ status }) => status === 200)).toEqual([])
    await waitForStatus(acme, short.id, 'EXPIRED')
  })

  it('is not sent late by its lane either, when the job that would end it got lost', async () => {
    const first = await closeLane(2)
    const { id } = await send({ text: 'Forgotten', validFor: 1 })
    await gateway.db.$executeRaw`DELETE FROM pgboss.job WHERE name = 'expire-message'`
    await waitForStatus(acme, first.id, 'SENT', 'DELIVERED')
    await waitForStatus(acme, id, 'EXPIRED')
    expect(requestsOf('Forgotten')).toEqual([])
  })

  it('that expires in the moment of sending does not leave', async () => {
    // Its worker stops where it takes from the budget, right before it would write its attempt.
    const budget = await holdRows(
      gateway,
      `SELECT FROM "Budget" WHERE "key" LIKE '%:Medium' FOR UPDATE`,
    )
    const { id } = await send({ text: 'At the door', validFor: 1 })
    await waitForStatus(acme, id, 'EXPIRED')
    await budget.letGo()
    await passThrough()
    expect(requestsOf('At the door')).toEqual([])
    await waitForStatus(acme, id, 'EXPIRED')
    expect(await gateway.db.messageAttempt.count({ where: { messageId: id } })).toBe(0)
  })

  it('belongs to what its idempotency key stands for', async () => {
    const sms = { text: 'Keyed', validFor: 600, idempotencyKey: 'valid-for' }
    const { id } = await send(sms)
    expect(await send(sms)).toMatchObject({ id })
    for (const validFor of [601, null]) {
      expect(await send({ ...sms, validFor })).toMatchObject({
        code: 'IDEMPOTENCY_KEY_MISMATCH',
        messageId: id,
      })
    }
  })

  it.each([0, -1, 7 * 24 * 3600 + 1, 2 ** 31 - 1])('%i seconds is refused', async (validFor) => {
    const before = await gateway.db.message.count()
    expect(await send({ text: 'Invalid', validFor })).toMatchObject({
      __typename: 'InvalidInputError',
      field: 'validFor',
    })
    expect(await gateway.db.message.count()).toBe(before)
  })
})
