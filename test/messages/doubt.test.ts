import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

/** Gives up sooner than the gateway does, in the same way. */
const impatient: typeof fetch = (url, init) =>
  fetch(url, {
    ...init,
    signal: AbortSignal.any([init?.signal, AbortSignal.timeout(700)].filter((s) => s != null)),
  })

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { fetch: impatient, settleMs: 250 } })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})
let before = 0
beforeEach(() => {
  gateway.simulator.clearFaults()
  before = smsRequests(gateway.simulator).length
})

/** How often RingCentral was asked to send something since the test began. */
const requests = () => smsRequests(gateway.simulator).length - before

const texting = (text: string) => send(acme, { from: ava.number, to: [stranger], text })
const arrived = (text: string) => gateway.simulator.outbox().filter((sent) => sent.text === text)
const sms = { path: '**/sms', method: 'POST' } as const

describe('a message that RingCentral took without saying so', () => {
  it.each([
    ['the connection broke', { kind: 'accept-then-reset' }],
    ['no answer came', { kind: 'accept-then-hang' }],
    ['a proxy answered 502', { kind: 'accept-then-status', status: 502, body: 'Bad gateway' }],
    ['the answer was 500', { kind: 'accept-then-status', status: 500 }],
    ['the answer was 503 by nobody we know', { kind: 'accept-then-status', status: 503, body: '' }],
  ] as const)('is found and never sent twice: %s', async (how, fault) => {
    gateway.simulator.planFault({ ...fault, ...sms, count: 1 })
    const text = `Taken, but ${how}`
    const { id } = await texting(text)
    const message = await waitForStatus(acme, id, 'SENT', 'DELIVERED', 'UNCONFIRMED')
    const [sent] = arrived(text)
    expect(message).toMatchObject({ rcMessageId: sent?.id, errorCode: null })
    expect(requests()).toBe(1)
    expect(arrived(text)).toHaveLength(1)
  })

  it('does not hold up the next one', async () => {
    gateway.simulator.planFault({ kind: 'accept-then-reset', ...sms, count: 1 })
    const first = await texting('In doubt')
    const second = await texting('Right behind')
    await waitForStatus(acme, second.id, 'SENT', 'DELIVERED')
    await waitForStatus(acme, first.id, 'SENT', 'DELIVERED')
  })
})

describe('a message that may have got lost on the way', () => {
  it('is UNCONFIRMED after two looks, says what that means, and is not sent again', async () => {
    gateway.simulator.planFault({ kind: 'reset', ...sms, count: 1 })
    const { id } = await texting('Lost')
    const message = await waitForStatus(acme, id, 'UNCONFIRMED')
    expect(message).toMatchObject({ errorCode: 'UNCONFIRMED', rcMessageId: null })
    expect(message.errorMessage).toMatch(/may or may not have been sent.*resolveUnconfirmed/)
    const looks = gateway.simulator
      .ledger()
      .filter(({ path }) => path.includes('/message-store?') && path.includes('Outbound'))
    expect(looks.length).toBeGreaterThanOrEqual(2)
    await sleep(500)
    expect(requests()).toBe(1)
    expect(arrived('Lost')).toEqual([])
  })

  it('does not take another message of the same words for its own', async () => {
    const twin = await texting('Same words')
    await waitForStatus(acme, twin.id, 'SENT', 'DELIVERED')
    gateway.simulator.planFault({ kind: 'reset', ...sms, count: 1 })
    const { id } = await texting('Same words')
    expect(await waitForStatus(acme, id, 'SENT', 'DELIVERED', 'UNCONFIRMED')).toMatchObject({
      status: 'UNCONFIRMED',
      rcMessageId: null,
    })
  })

  it('is told apart by count from its twins that did arrive', async () => {
    gateway.simulator.planFault({ kind: 'accept-then-reset', ...sms, count: 1 })
    gateway.simulator.planFault({ kind: 'reset', ...sms, count: 1 })
    gateway.simulator.planFault({ kind: 'accept-then-status', status: 502, ...sms, count: 1 })
    const ids = []
    for (let n = 0; n < 3; n += 1) ids.push((await texting('Three times')).id)
    const settled = await Promise.all(
      ids.map((id) => waitForStatus(acme, id, 'SENT', 'DELIVERED', 'UNCONFIRMED')),
    )
    expect(settled.filter(({ status }) => status === 'UNCONFIRMED')).toHaveLength(1)
    const adopted = settled.flatMap(({ rcMessageId }) => rcMessageId ?? [])
    expect(adopted.sort()).toEqual(
      arrived('Three times')
        .map((sent) => sent.id)
        .sort(),
    )
    expect(requests()).toBe(3)
  })
})
