import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { magicNumbers, magicNumberTable } from '../../simulator/messages/magic-numbers.ts'
import { connect, simulate, text } from './harness.ts'

const provoking = magicNumbers.flatMap(({ endings, refusal, outcome }) =>
  endings.map((ending) => ({ to: `+1202${ending}`, refusal, outcome })),
)
const immediate = provoking.flatMap(({ to, refusal }) => (refusal ? [{ to, ...refusal }] : []))
const later = provoking.flatMap(({ to, outcome }) => (outcome ? [{ to, ...outcome }] : []))

test.each(immediate)('a text to $to is refused at once: $status $code', async (expected) => {
  const { to, code, status, message, family, retryAfterSeconds, ...named } = expected
  const simulator = await simulate()
  const reply = await text(await connect(simulator), to)
  expect(reply.status).toBe(status)
  expect(reply.body).toEqual({
    errorCode: family ?? code,
    message,
    errors: [{ errorCode: code, message, ...named }],
    ...named,
  })
  expect(reply.headers.get('retry-after')).toBe(retryAfterSeconds?.toString() ?? null)
  expect(simulator.outbox()).toEqual([])
})

test.each(later)('a text to $to is accepted, and ends as $status $errorCode', async (expected) => {
  const { to, status, errorCode } = expected
  const simulator = await simulate()
  const api = await connect(simulator)
  const accepted = await text(api, to)
  expect(accepted.status).toBe(200)
  expect(accepted.body.messageStatus).toBe('Queued')
  expect(accepted.body).not.toHaveProperty('deliveryErrorCode')
  await simulator.clock.advance(600_000)
  const after = (await api('GET', `message-store/${accepted.body.id}`)).body
  expect([after.messageStatus, after.deliveryErrorCode]).toEqual([status, errorCode])
})

test('every number has one meaning, and none is among those kept for fiction', () => {
  const endings = magicNumbers.flatMap((one) => one.endings)
  expect(new Set(endings).size).toBe(endings.length)
  expect(endings.filter((ending) => /^55501/.test(ending))).toEqual([])
})

test('the README has the table as the data has it', () => {
  const readme = readFileSync(new URL('../../simulator/README.md', import.meta.url), 'utf8')
  expect(readme).toContain(magicNumberTable())
})
