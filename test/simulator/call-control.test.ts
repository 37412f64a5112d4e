import { expect, test } from 'vitest'
import { ava, ben, cleo, connect, receive, simulate, subscribe } from './harness.ts'

const account = '/restapi/v1.0/account/~'
const sessions = `${account}/telephony/sessions`
const filters = [
  `${account}/extension/~/telephony/sessions`,
  `${account}/extension/~/presence?detailedTelephonyState=true`,
]

async function ring(talkMs = 60_000) {
  const simulator = await simulate({ limits: false })
  const { address, notifications } = await receive()
  const api = await connect(simulator)
  await subscribe(api, address, filters)
  const [call] = simulator.addCall({ from: '+13105550177', to: '+12025550101', talkMs })
  if (!call) throw new Error('nobody is called')
  const session = `${sessions}/${call.telephonySessionId}`
  const about = async (word: string) => {
    await simulator.clock.advance(1)
    await simulator.settled()
    return notifications.map(({ body }) => body).filter(({ event }) => event.includes(word))
  }
  return { simulator, api, call, session, party: `${session}/parties/${call.partyId}`, about }
}

test('a call is held, taken back, muted and dropped, and subscribers hear all of it in order', async () => {
  const { simulator, api, party, session, about } = await ring()
  await simulator.clock.advance(3000)
  expect((await api('POST', `${party}/hold`)).body.status.code).toBe('Hold')
  expect((await api('GET', 'presence')).body.telephonyStatus).toBe('OnHold')
  expect((await api('POST', `${party}/unhold`)).body.status.code).toBe('Answered')
  const muted = await api('PATCH', party, { party: { muted: true } })
  expect(muted.body).toMatchObject({ muted: true, status: { code: 'Answered' } })
  expect((await api('DELETE', session)).status).toBe(204)
  expect((await api('GET', session)).status).toBe(404)

  const told = (await about('telephony')).map(({ body }) => body)
  expect(told.map(({ parties }) => [parties[0].status.code, parties[0].muted])).toEqual([
    ['Setup', false],
    ['Proceeding', false],
    ['Answered', false],
    ['Hold', false],
    ['Answered', false],
    ['Answered', true],
    ['Disconnected', true],
  ])
  expect(told.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7])
  const status = (await about('presence')).map(({ body }) => body.telephonyStatus)
  expect(status.slice(2, 5)).toEqual(['CallConnected', 'OnHold', 'CallConnected'])
})

test('a call that is transferred rings at a colleague, in the same session', async () => {
  const { simulator, api, call, party, about } = await ring()
  await simulator.clock.advance(3000)
  const left = await api('POST', `${party}/transfer`, { extensionNumber: '102' })
  expect(left.body.status).toMatchObject({ code: 'Disconnected', reason: 'BlindTransfer' })
  await simulator.clock.advance(3000)
  const theirs = await connect(simulator, ben)
  const { body } = await theirs('GET', `${sessions}/${call.telephonySessionId}`)
  expect(body.parties).toMatchObject([
    { extensionId: ben, from: { phoneNumber: '+13105550177' }, status: { code: 'Answered' } },
  ])
  const [last] = (await about('telephony')).slice(-1)
  expect(last.body.parties[0].status.reason).toBe('BlindTransfer')
})

test('a call can be sent to a mailbox, or to anybody outside', async () => {
  const { simulator, api, party } = await ring()
  await simulator.clock.advance(3000)
  await api('POST', `${party}/transfer`, { voicemail: cleo })
  await simulator.clock.advance(30_000)
  const theirs = await connect(simulator, cleo)
  const { records } = (await theirs('GET', 'message-store?messageType=VoiceMail')).body
  expect(records).toHaveLength(1)

  const [call] = simulator.addCall({ from: '+13105550177', to: '+12025550101' })
  await simulator.clock.advance(3000)
  const path = `${sessions}/${call?.telephonySessionId}/parties/${call?.partyId}/transfer`
  expect((await api('POST', path, { phoneNumber: '+13125550144' })).status).toBe(200)
})

test.each([
  ['a call that only rings', 'POST', '/hold', undefined, 403, 'TAS-106'],
  ['nobody', 'POST', '/transfer', {}, 400, 'CMN-101'],
  ['two at once', 'POST', '/transfer', { voicemail: ava, extensionNumber: '102' }, 400, 'CMN-101'],
  ['a stranger', 'POST', '/transfer', { extensionNumber: '999' }, 404, 'CMN-102'],
  ['no word', 'PATCH', '', { party: {} }, 400, 'CMN-101'],
])('%s is refused', async (_what, method, verb, body, status, code) => {
  const { api, party } = await ring()
  const refused = await api(method, `${party}${verb}`, body)
  expect([refused.status, refused.body.errors[0].errorCode]).toEqual([status, code])
})

test('the calls of others are for administrators', async () => {
  const { simulator, call, party } = await ring()
  await simulator.clock.advance(3000)
  const theirs = await connect(simulator, ben)
  expect((await theirs('POST', `${party}/hold`)).status).toBe(403)
  expect((await theirs('DELETE', `${sessions}/${call.telephonySessionId}`)).status).toBe(403)
})

test('whoever is outside hangs up before it is answered: it was missed', async () => {
  const { simulator, api, call, about } = await ring()
  simulator.hangUp(call.telephonySessionId)
  const [last] = (await about('telephony')).slice(-1)
  expect(last.body.parties[0]).toMatchObject({ missedCall: true, status: { reason: 'Cancelled' } })
  await simulator.clock.advance(60_000)
  expect((await api('GET', `call-log/${call.id}`)).body.result).toBe('Missed')
})

test('a planned call is held for a while, came through a queue and is recorded', async () => {
  const simulator = await simulate({ limits: false })
  const { address, notifications } = await receive()
  await subscribe(await connect(simulator), address, filters.slice(0, 1))
  const more = { talkMs: 8000, holdMs: 3000, queueCall: true, recorded: true }
  simulator.addCall({ from: '+13105550177', to: '+12025550101', ...more })
  await simulator.clock.advance(60_000)
  await simulator.settled()
  const parties = notifications.map(({ body }) => body.body.parties[0])
  expect(parties.map(({ status }) => status.code).slice(2)).toEqual([
    'Answered',
    'Hold',
    'Answered',
    'Disconnected',
  ])
  expect(parties[2]).toMatchObject({ queueCall: true, recordings: [{ active: true }] })
})

test.each([
  ['webhook-drop', [1, 2, 4]],
  ['webhook-double', [1, 2, 3, 3, 4]],
  ['webhook-reorder', [1, 2, 4, 3]],
] as const)('of a call, %s can befall a notification', async (kind, expected) => {
  const { simulator, about } = await ring(500)
  await simulator.clock.advance(1000)
  simulator.planFault({ kind, path: '**/telephony/sessions', count: 1 })
  await simulator.clock.advance(10_000)
  const told = await about('telephony')
  expect(told.map(({ body }) => body.sequence)).toEqual(expected)
})
