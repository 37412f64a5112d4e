import { expect, test } from 'vitest'
import * as errors from '../../src/ringcentral/errors.ts'
import { clientOf, failureFrom, type Reply, startRingCentral } from './servers.ts'

const sms = { from: '+15550100', to: ['+15550101'], text: 'a very private text' }

const coded = (errorCode: string, more: object = {}) => ({
  errorCode: 'Family',
  message: 'Phone number +15550100 and more',
  errors: [{ errorCode, message: 'Phone number +15550100 and more', ...more }],
})

async function sendAgainst(reply: Reply) {
  await using server = await startRingCentral(() => reply)
  return await failureFrom(clientOf(server.serverUrl).api('secret-token').messages.sendSms(sms))
}

async function readAgainst(reply: Reply) {
  await using server = await startRingCentral(() => reply)
  return await failureFrom(clientOf(server.serverUrl).api('secret-token').messages.getMessage('1'))
}

test.each<[number, unknown, string, string]>([
  [400, coded('CMN-101'), 'RingCentralRefusedError', 'RingCentralRefusedError'],
  [401, coded('OAU-129'), 'RingCentralUnauthorizedError', 'RingCentralUnauthorizedError'],
  [403, coded('MSG-304'), 'RingCentralRefusedError', 'RingCentralRefusedError'],
  [404, coded('CMN-102'), 'RingCentralRefusedError', 'RingCentralRefusedError'],
  [403, '<html>firewall</html>', 'RingCentralRefusedError', 'RingCentralRefusedError'],
  [408, undefined, 'RingCentralInDoubtError', 'RingCentralUnavailableError'],
  [429, coded('CMN-301'), 'RingCentralRateLimitedError', 'RingCentralRateLimitedError'],
  [500, coded('CMN-201'), 'RingCentralInDoubtError', 'RingCentralUnavailableError'],
  [501, coded('CMN-202'), 'RingCentralRefusedError', 'RingCentralRefusedError'],
  [502, '<html>bad gateway</html>', 'RingCentralInDoubtError', 'RingCentralUnavailableError'],
  [503, coded('MSG-290'), 'RingCentralUnavailableError', 'RingCentralUnavailableError'],
  [503, '<html>try later</html>', 'RingCentralInDoubtError', 'RingCentralUnavailableError'],
  [504, undefined, 'RingCentralInDoubtError', 'RingCentralUnavailableError'],
  [302, undefined, 'RingCentralInDoubtError', 'RingCentralUnavailableError'],
  [200, '{"id":', 'RingCentralInDoubtError', 'RingCentralUnavailableError'],
  [200, {}, 'RingCentralInDoubtError', 'RingCentralUnavailableError'],
])('%i %j is %s to a send and %s to a read', async (status, body, toSend, toRead) => {
  expect(await sendAgainst({ status, body })).toHaveProperty('name', toSend)
  expect(await readAgainst({ status, body })).toHaveProperty('name', toRead)
})

test('an error carries the facts to decide on', async () => {
  const error = await sendAgainst({
    status: 403,
    headers: { RCRequestId: '9f1c2a44-1' },
    body: coded('CMN-408', { permissionName: 'OutboundSMS', parameterName: 'to.phoneNumber' }),
  })
  expect(error).toMatchObject({
    operation: 'messages.sendSms',
    group: 'Medium',
    status: 403,
    code: 'CMN-408',
    permissionName: 'OutboundSMS',
    parameterName: 'to.phoneNumber',
    requestId: '9f1c2a44-1',
  })
})

test('the top-level code serves where there is no list of errors', async () => {
  const error = await sendAgainst({ status: 400, body: { errorCode: 'CMN-102', message: '' } })
  expect(error).toHaveProperty('code', 'CMN-102')
})

test('a refused send is never repeated, nor is a redirected one followed', async () => {
  for (const status of [307, 403, 429, 500, 503]) {
    await using server = await startRingCentral(() => ({ status, headers: { location: '/else' } }))
    await failureFrom(clientOf(server.serverUrl).api('t').messages.sendSms(sms))
    expect(server.seen).toHaveLength(1)
  }
})

test('no error tells the token, the numbers, the text or RingCentral’s sentences', async () => {
  const replies: Reply[] = [
    {
      status: 400,
      body: coded('CMN-101', { parameterName: '+15550100', permissionName: '+1 555' }),
    },
    { status: 400, body: { errorCode: '15550100', parameterName: 'to[15550100]' } },
    { status: 400, body: { errorCode: '+15550100 is wrong', message: 'secret-token' } },
    { status: 502, body: 'secret-token +15550100' },
    { status: 200, body: 'secret-token +15550100' },
    { status: 200, body: { note: '+15550100 a very private text' } },
    { status: 429, headers: { RCRequestId: 'secret-token +15550100' } },
  ]
  for (const reply of replies) {
    const error = (await sendAgainst(reply)) as Error
    const told = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join()
    expect(told).not.toMatch(/secret-token|5550100|private text|555/)
  }
})

test('a token that cannot stand in a header does not show up in the error', async () => {
  const error = (await failureFrom(
    clientOf('http://127.0.0.1:9').api('secret-\ntoken').account.getAccount(),
  )) as Error
  expect(error).toBeInstanceOf(errors.RingCentralError)
  expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('secret-')
})
