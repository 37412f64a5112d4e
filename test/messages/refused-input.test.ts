import { beforeAll, describe, expect, it } from 'vitest'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, smsRequests, stranger } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

const from = ava.number
const to = [stranger]
const text = 'Hello'
const many = Array.from({ length: 11 }, (_, n) => `+141555501${10 + n}`)

const refused = [
  ['a number that nobody has', { from: '+12025550199', to, text }, 'NUMBER_NOT_FOUND'],
  ['a number that is no number', { from: 'Ava', to, text }, 'INVALID_PHONE_NUMBER'],
  ['a number without its country', { from: '2025550101', to, text }, 'INVALID_PHONE_NUMBER'],
  ['a malformed recipient', { from, to: ['+1'], text }, 'INVALID_PHONE_NUMBER'],
  ['a recipient with U+0000', { from, to: ['+1415555\u00000123'], text }, 'INVALID_PHONE_NUMBER'],
  ['no recipients', { from, to: [], text }, 'INVALID_RECIPIENTS'],
  ['eleven recipients', { from, to: many, text }, 'INVALID_RECIPIENTS'],
  [
    'the same recipient twice, written differently',
    { from, to: [stranger, '+1 415 555-0123'], text },
    'INVALID_RECIPIENTS',
  ],
  ['the sender as a recipient', { from, to: [from], text }, 'INVALID_RECIPIENTS'],
  ['an empty text', { from, to, text: '' }, 'TEXT_EMPTY'],
  ['a text of blanks', { from, to, text: ' \n\t ' }, 'TEXT_EMPTY'],
  ['J7: 1001 units', { from, to, text: 'a'.repeat(1001) }, 'TEXT_TOO_LONG'],
  ['J7: 501 emoji', { from, to, text: '😀'.repeat(501) }, 'TEXT_TOO_LONG'],
  ['U+0000 in the text', { from, to, text: 'a\u0000b' }, 'INVALID_INPUT'],
  ['half a surrogate pair', { from, to, text: 'a\ud83d' }, 'INVALID_INPUT'],
  ['an empty idempotency key', { from, to, text, idempotencyKey: '' }, 'INVALID_INPUT'],
  ['a long idempotency key', { from, to, text, idempotencyKey: 'k'.repeat(256) }, 'INVALID_INPUT'],
  ['an idempotency key with U+0000', { from, to, text, idempotencyKey: '\u0000' }, 'INVALID_INPUT'],
] as const

describe('sendSms refuses, and queues nothing', () => {
  it.each(refused)('%s', async (_what, input, code) => {
    const result = await send(acme, { ...input, to: [...input.to] })
    expect(result).toMatchObject({ code, message: expect.stringMatching(/^\S.{15,}[.!]$/s) })
  })

  it('a number that belongs to another tenant, as if nobody had it', async () => {
    const other = await gateway.createTenant({ name: 'Other' })
    await other.connect(ben)
    const result = await send(acme, { from: ben.number, to, text })
    expect(result.code).toBe('NUMBER_NOT_FOUND')
    const foreign = await send(other, { from, to, text })
    expect(foreign.code).toBe('NUMBER_NOT_FOUND')
  })

  it('a tenant that is not connected', async () => {
    const fresh = await gateway.createTenant({ name: 'Fresh' })
    expect((await send(fresh, { from, to, text })).code).toBe('NOT_CONNECTED')
  })

  it('a key without the scope', async () => {
    const reader = await gateway.createTenant({ name: 'Reader', scopes: ['messages:read'] })
    const [error] = await reader.errors(
      'mutation { sendSms(input: {from: "+12025550101", to: ["+14155550123"], text: "x"}) { __typename } }',
    )
    expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'messages:send' })
  })

  it('so that nothing is stored and nothing leaves', async () => {
    expect(await gateway.db.message.count()).toBe(0)
    expect(smsRequests(gateway.simulator)).toEqual([])
  })

  it('J7: but takes exactly 1000 units, and 500 emoji', async () => {
    for (const full of ['a'.repeat(1000), '😀'.repeat(500)]) {
      expect(await send(acme, { from, to, text: full })).toMatchObject({ status: 'QUEUED' })
    }
  })
})
