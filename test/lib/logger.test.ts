import { expect, test } from 'vitest'
import type { LogFields } from '../../src/lib/logger.ts'
import { captureLogs } from '../support/logs.ts'

const number = '+12025550101'
const jwt = `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxIn0'}.c2lnbmF0dXJl`

/** What is logged of some fields. */
function logged(fields: object) {
  const { logger, text } = captureLogs()
  logger.warn(fields as LogFields, 'Something happened')
  expect(text().trimEnd().split('\n')).toHaveLength(1)
  return JSON.parse(text())
}

test('J1: a line tells what is on the list, and names what it leaves out', () => {
  const line = logged({ messageId: 'msg_1', text: 'Hello', answer: { token: 'x' } })
  expect(line).toMatchObject({ messageId: 'msg_1', leftOut: ['text', 'answer'] })
  expect(JSON.stringify(line)).not.toMatch(/Hello|"x"/)
})

test('J1: of phone numbers the last four digits are shown, of secrets nothing', () => {
  expect(logged({ phoneNumber: number }).phoneNumber).toBe('…0101')
  const secret = `rql_${'a1'.repeat(18)}`
  const { reason } = logged({ reason: `${number} or 12025550101 with ${secret} ${jwt}` })
  expect(reason).toBe('…0101 or …0101 with [secret] [secret]')
  const url = `https://example.com/callback?code=${'a'.repeat(12)}`
  const written = logged({ reason: `(650) 555-0100, 650-555-0100 at ${url}` }).reason
  expect(written).toBe('…0100, …0100 at https://example.com/callback?…')
  // Ids are no phone numbers.
  expect(logged({ extensionId: '62264425016' }).extensionId).toBe('62264425016')
})

test('J1: an error is told by its class, codes and sentence, without anybody’s data', () => {
  const refused = Object.assign(new Error(`Key (phoneNumber)=(${number}) is there already`), {
    ...{ code: '23505', table: 'PhoneNumber', detail: 'Hello', parameters: ['Hello'] },
    cause: new SyntaxError('Unexpected token H, "Hello" is not valid JSON'),
  })
  const { err } = logged({ err: refused })
  expect(err).toMatchObject({ type: 'Error', errorCode: '23505', table: 'PhoneNumber' })
  expect(err.message).toBe('Key (phoneNumber)=(…) is there already')
  expect(err.stack).toMatch(/^Error: Key.*\n +at /)
  expect(JSON.stringify(err)).not.toMatch(/Hello|0101/)
})

test.each([
  'syntax error in tsquery: "Hello',
  'malformed array literal: "Hello"',
  'invalid input syntax for type json: Hello',
])('J1: what Postgres quotes is left out: %s', (sentence) => {
  const { err } = logged({ err: new Error(`${sentence}"`) })
  expect(err.message).toContain(sentence.slice(0, 20))
  expect(JSON.stringify(err)).not.toContain('Hello')
})

test('J2: a line break in what is logged does not make another line', () => {
  const reason = 'No\n{"level":60,"msg":"All is lost"}'
  expect(logged({ reason }).reason).toBe(reason)
})
