import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { minutes } from '../../src/lib/clock.ts'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { asked } from '../support/ledger.ts'
import { elsewhere, messagesOf, received, waitForMessage, write } from '../support/mailbox.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'
import { resolve } from './unconfirmed.ts'

let gateway: Gateway
let acme: TestTenant
/** Ben's mailbox: what he really got. */
let bens: TestTenant
let avaRowId: string

/** Gives up sooner than the gateway does; and RingCentral names colleagues by their numbers alone, as it may. */
const impatient: typeof fetch = async (url, init) => {
  const signals = [init?.signal, AbortSignal.timeout(2_000)].filter((signal) => signal != null)
  const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) })
  if (swallows && String(url).endsWith('/company-pager')) {
    await response.arrayBuffer()
    const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    throw new TypeError('fetch failed', { cause })
  }
  if (!byNumberAlone || !/message-(store|sync)/.test(String(url))) return response
  const text = (await response.text()).replaceAll(/"extensionId":"\d+",?/g, '')
  return new Response(text.replaceAll(',}', '}'), response)
}
let byNumberAlone = false
/** The answers of RingCentral to what is written to colleagues get lost. */
let swallows = false

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { fetch: impatient, settleMs: 250 } })
  acme = await gateway.createTenant()
  bens = await gateway.createTenant({ name: 'Ben' })
  avaRowId = (await acme.connect(ava)).id
  await bens.connect(ben)
  // Her colleagues are known from here on.
  await acme.waitFor('{ directory { totalCount asOf } }', ({ directory }) => directory.asOf)
  return gateway.stop
})
beforeEach(async () => {
  gateway.simulator.clearFaults()
  byNumberAlone = false
  // All of these tests within one minute are more than the budget of her syncs, which would rest until it is over.
  await gateway.db.budget.deleteMany()
})

const pager = { path: '**/company-pager', method: 'POST' } as const
const pages = () => asked(gateway, '/restapi/v1.0/account/~/extension/~/company-pager').length
const fromAva = (text: string, more: object = {}) =>
  write(acme, { from: avaRowId, to: ['102'], text, ...more })
const arrived = (text: string) => messagesOf(bens, { type: ['INTERNAL'], text })

describe('a message to colleagues', () => {
  it('is SENT, and there as what it is, by extension number', async () => {
    const hears = await bens.subscribe(received, { filter: { type: ['INTERNAL'] } })
    const accepted = await fromAva('Lunch?')
    expect(accepted).toMatchObject({
      __typename: 'Message',
      type: 'INTERNAL',
      direction: 'OUTBOUND',
      status: 'QUEUED',
      from: '101',
      to: ['102'],
      isRead: null,
    })
    const sent = await waitForStatus(acme, accepted.id, 'SENT')
    expect(sent.rcMessageId).toMatch(/^\d+$/)
    const { message } = (await hears.waitFor((data) => data)).messageReceived
    expect(message).toMatchObject({
      type: 'INTERNAL',
      direction: 'INBOUND',
      from: '101',
      to: ['102'],
      text: 'Lunch?',
      isRead: false,
    })
    const { messages } = await acme.query(
      '{ messages(filter: { type: [INTERNAL], number: "102" }) { nodes { id recipients { name } } } }',
    )
    expect(messages.nodes).toEqual([{ id: accepted.id, recipients: [{ name: 'Ben Ortiz' }] }])
    // Nothing more will be told of it, and nobody looks for more.
    const looks = await gateway.db
      .$queryRaw`SELECT 1 FROM pgboss.job WHERE name = 'watch-deliveries'`
    expect(looks).toEqual([])
  })

  it('goes to several at once, named as one likes, from a mapped user', async () => {
    const map =
      'mutation ($input: MapUserInput!) { mapUser(input: $input) { ... on UserMapping { id } } }'
    await acme.query(map, { input: { userId: 'crm-ava', extensionId: ava.extensionId } })
    const to = [ben.extensionId, '103']
    const { id } = await write(acme, { userId: 'crm-ava', to, text: 'All hands' })
    await waitForStatus(acme, id, 'SENT')
    const inbound = await waitForMessage(bens, ({ text }) => text === 'All hands')
    expect(inbound.to.toSorted()).toEqual(['102', '103'])
  })

  it('waits its turn behind the texts of its extension', async () => {
    gateway.simulator.planFault({
      kind: 'delay',
      ms: 500,
      path: '**/sms',
      method: 'POST',
      count: 1,
    })
    const text = await send(acme, { from: ava.number, to: [stranger], text: 'Before' })
    const { id } = await fromAva('Behind')
    await waitForStatus(acme, id, 'SENT')
    const order = gateway.simulator
      .ledger()
      .filter(({ method, path }) => method === 'POST' && /\/(sms|company-pager)$/.test(path))
      .slice(-2)
    expect(order.map(({ path }) => path.split('/').at(-1))).toEqual(['sms', 'company-pager'])
    await waitForStatus(acme, text.id, 'SENT', 'DELIVERED')
  })

  it('is sent once for one key, however many ask at once', async () => {
    const before = pages()
    const ask = () => fromAva('Once', { idempotencyKey: 'once' })
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
    await waitForStatus(acme, answers[0].id, 'SENT')
    expect(await fromAva('Twice', { idempotencyKey: 'once' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_MISMATCH',
      messageId: answers[0].id,
    })
    const sms = { from: ava.number, to: [stranger], text: 'Once', idempotencyKey: 'once' }
    expect(await send(acme, sms)).toMatchObject({ code: 'IDEMPOTENCY_KEY_MISMATCH' })
    expect(pages()).toBe(before + 1)
  })

  it('that RingCentral refuses is FAILED and tells why', async () => {
    const error = { errorCode: 'CMN-102', message: 'Resource for parameter [to] is not found' }
    const body = { ...error, errors: [error] }
    gateway.simulator.planFault({ kind: 'status', status: 400, body, ...pager, count: 1 })
    const { id } = await fromAva('To nobody')
    expect(await waitForStatus(acme, id, 'SENDING_FAILED')).toMatchObject({
      errorCode: 'CMN-102',
      errorMessage: expect.stringContaining('no such colleague'),
    })
  })
})

describe('is refused before RingCentral is bothered', () => {
  it.each([
    ['to nobody', { to: [] }, { code: 'INVALID_RECIPIENTS' }],
    ['to oneself, by number', { to: ['101'] }, { code: 'INVALID_RECIPIENTS' }],
    ['to oneself, by id', { to: ['102', ava.extensionId] }, { code: 'INVALID_RECIPIENTS' }],
    ['to somebody twice', { to: ['102', ben.extensionId] }, { code: 'INVALID_RECIPIENTS' }],
    ['to a stranger', { to: ['102', '999'] }, { code: 'RECIPIENT_NOT_FOUND', recipient: '999' }],
    ['to a phone', { to: [stranger] }, { code: 'RECIPIENT_NOT_FOUND', recipient: stranger }],
    ['without a word', { text: ' ' }, { code: 'TEXT_EMPTY', limit: 1024 }],
    ['too long', { text: 'x'.repeat(1025) }, { code: 'TEXT_TOO_LONG', length: 1025, limit: 1024 }],
    ['from nowhere', { from: cleo.extensionId }, { code: 'EXTENSION_NOT_FOUND' }],
    ['from two', { userId: 'crm-ava' }, { code: 'INVALID_INPUT' }],
    ['by nobody', { from: null, userId: 'nobody' }, { code: 'USER_NOT_MAPPED' }],
    ['valid for nothing', { validFor: 0 }, { code: 'INVALID_INPUT' }],
  ])('%s', async (_what, change, error) => {
    const before = pages()
    expect(await fromAva('Hello', change)).toMatchObject(error)
    expect(pages()).toBe(before)
  })

  it('without the scope', async () => {
    const { scopes } = await gateway.db.extension.findUniqueOrThrow({ where: { id: avaRowId } })
    const grant = (granted: string[]) =>
      gateway.db.extension.update({ where: { id: avaRowId }, data: { scopes: granted } })
    await grant(['SMS'])
    expect(await fromAva('Hello')).toMatchObject({
      code: 'GRANT_LACKS_SCOPE',
      scope: 'InternalMessages',
    })
    await grant(scopes)
  })
})

describe('a message to colleagues of which nobody said whether it was taken', () => {
  it.each([
    ['the connection broke', { kind: 'accept-then-reset' }, false],
    ['no answer came, and numbers alone are told', { kind: 'accept-then-hang' }, true],
    ['a proxy answered 502', { kind: 'accept-then-status', status: 502, body: 'Bad' }, false],
  ] as const)('is found and never sent twice: %s', async (how, fault, numbersOnly) => {
    byNumberAlone = numbersOnly
    gateway.simulator.planFault({ ...fault, ...pager, count: 1 })
    const before = pages()
    const { id } = await fromAva(`Taken: ${how}`)
    const message = await waitForStatus(acme, id, 'SENT', 'UNCONFIRMED')
    expect(message).toMatchObject({ status: 'SENT', errorCode: null })
    expect(message.rcMessageId).toMatch(/^\d+$/)
    await expect.poll(() => arrived(`Taken: ${how}`)).toHaveLength(1)
    expect(pages()).toBe(before + 1)
  })

  it('and that got lost is UNCONFIRMED, until somebody decides to send it once more', async () => {
    gateway.simulator.planFault({ kind: 'reset', ...pager, count: 1 })
    const { id } = await fromAva('Lost')
    await waitForStatus(acme, id, 'UNCONFIRMED')
    expect(await arrived('Lost')).toEqual([])
    const resent = await resolve(acme, id, 'RESEND')
    await waitForStatus(acme, resent.id, 'SENT')
    const got = await waitForMessage(bens, ({ text }) => text === 'Lost')
    expect(got).toMatchObject({ type: 'INTERNAL', from: '101', to: ['102'] })
  })

  it('is matched when RingCentral shows it late, and not with a text of the same words', async () => {
    swallows = true
    gateway.simulator.planFault({ kind: 'hide', ms: minutes(30), ...pager, count: 1 })
    const { id } = await fromAva('Late')
    await waitForStatus(acme, id, 'UNCONFIRMED')
    swallows = false
    const api = await elsewhere(gateway, ava.extensionId)
    const [from, to] = [{ phoneNumber: ava.number }, [{ phoneNumber: ben.number }]]
    const { body: text } = await api('POST', 'sms', { from, to, text: 'Late' })
    const sync = `mutation { syncMessages(input: { extensionId: "${avaRowId}" }) { __typename } }`
    await gateway.simulator.clock.advance(minutes(31))
    await expect
      .poll(async () => {
        await acme.query(sync)
        return (await messagesOf(acme, { text: 'Late' })).find((one: any) => one.id === id)
      })
      .toMatchObject({ id, status: 'SENT', errorCode: null })
    const found = await messagesOf(acme, { text: 'Late' })
    expect(found).toHaveLength(2)
    const late = found.find((one: any) => one.id === id)
    expect(late.rcMessageId).not.toBe(String(text.id))
  })

  it('is told apart by count from its twins, and from the same words to others', async () => {
    const words = 'Three times'
    const text = await send(acme, { from: ava.number, to: [ben.number], text: words })
    await waitForStatus(acme, text.id, 'DELIVERED')
    const toCleo = await fromAva(words, { to: ['103'] })
    const toBoth = await fromAva(words, { to: ['102', '103'] })
    await waitForStatus(acme, toCleo.id, 'SENT')
    await waitForStatus(acme, toBoth.id, 'SENT')
    gateway.simulator.planFault({ kind: 'accept-then-reset', ...pager, count: 1 })
    gateway.simulator.planFault({ kind: 'reset', ...pager, count: 1 })
    gateway.simulator.planFault({ kind: 'accept-then-status', status: 502, ...pager, count: 1 })
    const ids = []
    for (let n = 0; n < 3; n += 1) ids.push((await fromAva(words)).id)
    const settled = await Promise.all(
      ids.map((id) => waitForStatus(acme, id, 'SENT', 'UNCONFIRMED')),
    )
    expect(settled.map(({ status }) => status).sort()).toEqual(['SENT', 'SENT', 'UNCONFIRMED'])
    const adopted = settled.flatMap(({ rcMessageId }) => rcMessageId ?? [])
    expect(new Set(adopted).size).toBe(2)
    const toBen = async () => (await arrived(words)).filter(({ to }: any) => to.length === 1)
    await expect.poll(toBen).toHaveLength(2)
  })
})

it('what somebody writes in another application is sent elsewhere, and reaches whom it is for', async () => {
  const api = await elsewhere(gateway, ava.extensionId)
  await api('POST', 'company-pager', { to: [{ extensionNumber: '102' }], text: 'By hand' })
  await waitForMessage(bens, ({ text }) => text === 'By hand')
  const back = await elsewhere(gateway, ben.extensionId)
  await back('POST', 'company-pager', { to: [{ extensionNumber: '101' }], text: 'Answer' })
  await waitForMessage(acme, ({ text }) => text === 'Answer')
  await waitForMessage(acme, ({ text }) => text === 'By hand')
  const written = await gateway.db.message.findMany({
    where: { text: 'By hand', direction: 'OUTBOUND' },
  })
  expect(written).toMatchObject([{ sentElsewhere: true, status: 'SENT', to: ['102'] }])
})
