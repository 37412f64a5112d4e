import { expect, test } from 'vitest'
import { captureLogs } from '../support/logs.ts'

test('the code of an error can be read in the log, and that of a login cannot', () => {
  const { logger, text } = captureLogs()
  const err = Object.assign(new Error('No'), { code: 'CMN-101' })
  logger.warn({ err, answer: { code: 'of-a-login' } }, 'Refused')
  expect(JSON.parse(text())).toMatchObject({
    err: { message: 'No', errorCode: 'CMN-101' },
    answer: { code: '[Redacted]' },
  })
})
