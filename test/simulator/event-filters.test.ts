import { expect, test } from 'vitest'
import { ava, ben, connect, receive, simulate, subscribe, text } from './harness.ts'

const account = '/restapi/v1.0/account/~'
const extension = `${account}/extension/~`
const sessions = `${extension}/telephony/sessions`
const day = 24 * 3_600_000

async function listen(filters: string[], more: object = {}) {
  const simulator = await simulate({ limits: false })
  const { address, notifications } = await receive()
  const api = await connect(simulator)
  const subscription = await subscribe(api, address, filters, more)
  const told = () => notifications.map(({ body }) => body)
  return { simulator, api, subscription, told }
}

test('a reminder comes from its threshold on, at its interval, and stops with a renewal', async () => {
  const reminder = '/restapi/v1.0/subscription/~?threshold=259200&interval=43200'
  const { simulator, api, subscription, told } = await listen([
    `${extension}/message-store`,
    reminder,
  ])
  const { id } = subscription.body
  expect(subscription.body.eventFilters[1]).toBe(
    `/restapi/v1.0/subscription/${id}?threshold=259200&interval=43200`,
  )
  await simulator.clock.advance(4 * day - 1000)
  expect(told()).toEqual([])
  await simulator.clock.advance(day)
  await simulator.settled()
  expect(told().map(({ event, body }) => [event, body.expiresIn])).toEqual([
    [subscription.body.eventFilters[1], 259_200],
    [subscription.body.eventFilters[1], 216_000],
  ])
  // Hours have passed, so the token is new; the subscription is the same.
  const later = await connect(simulator)
  expect((await later('POST', `/restapi/v1.0/subscription/${id}/renew`)).status).toBe(200)
  await simulator.clock.advance(3 * day)
  expect(told()).toHaveLength(2)
  expect(api).toBeDefined()
})

test.each([
  ['direction=Inbound', 'Inbound', 4],
  ['direction=Outbound', 'Inbound', 0],
  ['statusCode=Disconnected', 'Inbound', 1],
  ['statusCode=Answered&statusCode=Proceeding', 'Inbound', 2],
  ['missedCall=true', 'Inbound', 0],
  ['missedCall=false', 'Inbound', 4],
  ['phoneNumber=13105550177', 'Inbound', 4],
  ['phoneNumber=%2B13105550199', 'Inbound', 0],
  ['withRecordings=true&sipData=false', 'Inbound', 4],
])('a telephony filter with %s hears of an %s call %i times', async (query, _direction, times) => {
  const { simulator, told } = await listen([`${sessions}?${query}`])
  simulator.addCall({ from: '+13105550177', to: '+12025550101' })
  await simulator.clock.advance(60_000)
  await simulator.settled()
  expect(told()).toHaveLength(times)
})

test('a missed call is told as one, with its reason, to those who listen for such alone', async () => {
  const { simulator, told } = await listen([`${sessions}?missedCall=true`])
  simulator.addCall({ from: '+13105550177', to: '+12025550101', outcome: 'missed' })
  await simulator.clock.advance(60_000)
  await simulator.settled()
  expect(told()).toHaveLength(1)
  expect(told()[0].body.parties[0]).toMatchObject({
    missedCall: true,
    status: { code: 'Disconnected', reason: 'NoAnswer' },
  })
})

test('a mailbox filter goes by type and direction', async () => {
  const outbound = `${extension}/message-store?type=SMS&direction=Outbound`
  const { simulator, api, told } = await listen([outbound, `${extension}/message-store?type=Pager`])
  simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Hi' })
  await text(api, '+13105550177')
  await (await connect(simulator, ben))('POST', 'company-pager', {
    to: [{ extensionId: ava }],
    text: 'Hi',
  })
  await simulator.clock.advance(2000)
  await simulator.settled()
  const changes = told().map(({ body }) => body.changes[0])
  expect(changes.filter(({ type }) => type === 'SMS')).toHaveLength(3)
  expect(changes.filter(({ type }) => type === 'Pager')).toHaveLength(1)
})

test.each([
  [`${sessions}?direction=Sideways`, 400, 'SUB-508'],
  [`${sessions}?colour=red`, 400, 'SUB-508'],
  [`${extension}/presence?detailedTelephonyState=perhaps`, 400, 'SUB-508'],
  [`${extension}/fax`, 400, 'SUB-508'],
  ['/restapi/v1.0/subscription/~?threshold=60', 400, 'SUB-515'],
  ['/restapi/v1.0/account/1/extension/~/presence', 403, 'SUB-406'],
])('the filter %s is answered %i %s', async (filter, status, code) => {
  const { subscription } = await listen([filter])
  expect([subscription.status, subscription.body.errors[0].errorCode]).toEqual([status, code])
})

test('colleagues’ events are for administrators', async () => {
  const simulator = await simulate()
  const api = await connect(simulator, ben)
  const { address } = await receive()
  const code = async (path: string) =>
    (await subscribe(api, address, [`${account}/extension/${ava}${path}`])).body.errors[0].errorCode
  expect(await code('/presence')).toBe('SUB-402')
  expect(await code('/telephony/sessions')).toBe('SUB-405')
})
