import { expect, test } from 'vitest'
import { parseMessageStatus } from '../../src/ringcentral/message-status.ts'
import { explainSendingError } from '../../src/ringcentral/sms-errors.ts'

test.each([
  ['SMS-RC-413', 'opted-out'],
  ['SMS-UP-413', 'opted-out'],
  ['SMS-CAR-413', 'opted-out'],
  ['SMS-CAR-411', 'recipient'],
  ['MSG-304', 'sender'],
  ['CMN-408', 'permission'],
  ['SMS-CAR-435', 'spam'],
  ['SMS-CAR-451', 'volume'],
  ['MSG-290', 'temporary'],
  ['sms-up-500', 'temporary'],
])('%s is %s, and says what to do', (code, cause) => {
  const explanation = explainSendingError(code)
  expect(explanation).toMatchObject({ cause, isFailure: true })
  expect(explanation.message).toMatch(/\.$/)
  expect(explanation.advice).toMatch(/\.$/)
})

test.each(['SMS-CAR-104', 'CAR-199'])(
  '%s is no failure: the carrier merely keeps silent',
  (code) => {
    expect(explainSendingError(code)).toMatchObject({ cause: 'unreported', isFailure: false })
  },
)

test('a code that nobody told us of gets a sentence that claims no more than is certain', () => {
  expect(explainSendingError('SMS-CAR-999').message).toBe(
    'The recipient’s carrier did not accept the message (code SMS-CAR-999).',
  )
  expect(explainSendingError('MSG-999').message).toBe(
    'RingCentral did not accept the message (code MSG-999).',
  )
  expect(explainSendingError(undefined).message).toBe('RingCentral did not accept the message.')
  expect(explainSendingError('+1 555 0100').message).not.toContain('555')
})

test('message statuses are read in any case, and news we do not understand is none', () => {
  expect(parseMessageStatus('DeliveryFailed')).toBe('delivery-failed')
  expect(parseMessageStatus('SENT')).toBe('sent')
  expect(parseMessageStatus('Pondering')).toBeUndefined()
  expect(parseMessageStatus('constructor')).toBeUndefined()
  expect(parseMessageStatus(undefined)).toBeUndefined()
})
