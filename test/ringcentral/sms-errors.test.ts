import { expect, test } from 'vitest'
import { parseMessageStatus } from '../../src/ringcentral/message-status.ts'
import { explainSendingError } from '../../src/ringcentral/sms-errors.ts'

test.each([
  ['SMS-RC-413', 'RECIPIENT_OPTED_OUT'],
  ['SMS-UP-413', 'RECIPIENT_OPTED_OUT'],
  ['SMS-CAR-413', 'RECIPIENT_OPTED_OUT'],
  ['SMS-CAR-411', 'RECIPIENT_NOT_FOUND'],
  ['MSG-304', 'SENDER_NOT_OWNED'],
  ['CMN-408', 'USER_LACKS_PERMISSION'],
  ['SMS-CAR-435', 'LINK_FILTERED'],
  ['SMS-CAR-451', 'VOLUME_EXCEEDED'],
  ['MSG-290', 'TEMPORARY_FAULT'],
  ['sms-up-500', 'TEMPORARY_FAULT'],
])('%s is %s, and says what to do', (rcCode, code) => {
  const explanation = explainSendingError(rcCode)
  expect(explanation).toMatchObject({ code, isFailure: true })
  expect(explanation.cause).toMatch(/\.$/)
  expect(explanation.remedy).toMatch(/\.$/)
})

test.each(['SMS-CAR-104', 'CAR-199'])(
  '%s is no failure: the carrier merely keeps silent',
  (code) => {
    expect(explainSendingError(code)).toMatchObject({ code: 'NOT_REPORTED', isFailure: false })
  },
)

test('a code that nobody told us of gets a sentence that claims no more than is certain', () => {
  expect(explainSendingError('SMS-CAR-999').cause).toBe(
    'The recipient’s carrier did not accept the message (code SMS-CAR-999).',
  )
  expect(explainSendingError('MSG-999').cause).toBe(
    'RingCentral did not accept the message (code MSG-999).',
  )
  expect(explainSendingError(undefined).cause).toBe('RingCentral did not accept the message.')
  expect(explainSendingError('+1 555 0100').cause).not.toContain('555')
})

test('message statuses are read in any case, and news we do not understand is none', () => {
  expect(parseMessageStatus('DeliveryFailed')).toBe('delivery-failed')
  expect(parseMessageStatus('SENT')).toBe('sent')
  expect(parseMessageStatus('Pondering')).toBeUndefined()
  expect(parseMessageStatus('constructor')).toBeUndefined()
  expect(parseMessageStatus(undefined)).toBeUndefined()
})
