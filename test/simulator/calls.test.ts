import { expect, test } from 'vitest'
import { ben, connect, simulate } from './harness.ts'

const account = '/restapi/v1.0/account/~'

test('the call log pages without totals', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const first = (await api('GET', 'call-log?perPage=2')).body
  expect(first.records).toHaveLength(2)
  expect(first.paging).not.toHaveProperty('totalPages')
  expect(first.navigation).not.toHaveProperty('lastPage')
  const { nextPage } = first.navigation
  const second = (await api('GET', nextPage.uri.slice(simulator.url.length))).body
  expect(second.records).toHaveLength(1)
  expect(second.navigation).not.toHaveProperty('nextPage')
})

test('a call is active while it goes on, and in the log half a minute after it ended', async () => {
  const simulator = await simulate({ limits: false })
  const api = await connect(simulator)
  const [call] = simulator.addCall({ from: '+13105550177', to: '+12025550101', talkMs: 60_000 })
  await simulator.clock.advance(30_000)
  const [active] = (await api('GET', 'active-calls')).body.records
  expect(active).toMatchObject({ id: call?.id, result: 'In Progress', direction: 'Inbound' })

  await simulator.clock.advance(32_000)
  const logged = async () => (await api('GET', `call-log/${call?.id}?view=Detailed`)).status
  expect(await logged()).toBe(404)
  await simulator.clock.advance(30_000)
  const { body } = await api('GET', `call-log/${call?.id}?view=Detailed`)
  expect(body).toMatchObject({
    result: 'Accepted',
    duration: 62,
    telephonySessionId: call?.telephonySessionId,
  })
  expect(body.legs).toHaveLength(1)
})

test('the call log of the account is for administrators', async () => {
  const simulator = await simulate()
  const mine = await connect(simulator)
  const everybody = (await mine('GET', `${account}/call-log`)).body.records
  expect(
    new Set(everybody.map((one: { extension: { id: number } }) => one.extension.id)).size,
  ).toBe(3)
  const theirs = await connect(simulator, ben)
  expect((await theirs('GET', `${account}/call-log`)).body.errors[0].errorCode).toBe('CMN-408')
})

test('a call log sync goes on from its token', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const first = (
    await api('GET', 'call-log-sync?syncType=FSync&recordCount=250&statusGroup=Missed')
  ).body
  expect(first.records).toEqual([])
  await simulator.clock.advance(10_000)
  simulator.addCall({ from: '+13105550177', to: '+12025550101', outcome: 'missed' })
  simulator.addCall({ from: '+13105550177', to: '+12025550101' })
  await simulator.clock.advance(60_000)
  const token = first.syncInfo.syncToken
  const { body } = await api('GET', `call-log-sync?syncType=ISync&syncToken=${token}`)
  expect(body.records).toMatchObject([{ result: 'Missed' }])
})

test('click to call rings both sides and leaves two records of one session', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const started = await api('POST', 'ring-out', {
    from: { phoneNumber: '+14155550123' },
    to: { phoneNumber: '+13105550177' },
    playPrompt: false,
  })
  expect(started.status).toBe(200)
  expect(started.body.status).toEqual({
    callStatus: 'InProgress',
    callerStatus: 'InProgress',
    calleeStatus: 'InProgress',
  })
  const status = async () => (await api('GET', `ring-out/${started.body.id}`)).body.status
  await simulator.clock.advance(2000)
  expect(await status()).toMatchObject({ callerStatus: 'Success', calleeStatus: 'InProgress' })
  await simulator.clock.advance(2000)
  expect(await status()).toMatchObject({ callStatus: 'Success', calleeStatus: 'Success' })
  await simulator.clock.advance(60_000)
  expect((await status()).callStatus).toBe('NoSessionFound')
  const ours = simulator.calls().filter((call) => call.origin === 'RingOut')
  expect(ours.map((call) => call.result)).toEqual(['Call connected', 'Call connected'])
  expect(new Set(ours.map((call) => call.telephonySessionId)).size).toBe(1)
})

test('click to call wants two numbers, and a caller id of one’s own company', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const code = async (body: object) =>
    (await api('POST', 'ring-out', body)).body.errors[0].errorCode
  const from = { phoneNumber: '+14155550123' }
  const to = { phoneNumber: '+13105550177' }
  expect(await code({ to })).toBe('TEL-108')
  expect(await code({ from })).toBe('TEL-109')
  expect(await code({ from, to, callerId: { phoneNumber: '+19995550100' } })).toBe('RNG-102')
})
