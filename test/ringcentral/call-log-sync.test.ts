import { expect, test } from 'vitest'
import { SyncTokenExpiredError } from '../../src/ringcentral/errors.ts'
import { clientOf, failureFrom, startRingCentral } from './servers.ts'
import { ava, ben, customer, simulated } from './simulated.ts'

const call = { from: customer, to: ava.phoneNumber }

test('a log is followed: what was there, what came, and what went', async () => {
  const { simulator, clock, api, tokenOf } = await simulated()
  // Past the overlap with what is there from the start.
  await clock.advance(10_000)
  const first = await api.callLog.syncExtensionCalls({ type: 'full' })
  expect(first.calls).toHaveLength(3)
  expect(first).toMatchObject({ goneIds: [], olderRecordsMayExist: false })

  await clock.advance(10_000)
  const [made] = simulator.addCall({ ...call, outcome: 'missed' })
  await clock.advance(60_000)
  const { syncToken } = first
  const second = await api.callLog.syncExtensionCalls({ type: 'incremental', syncToken })
  expect(second.calls).toMatchObject([
    { id: made?.id, result: 'Missed', direction: 'Inbound', from: { phoneNumber: customer } },
  ])

  const path = '/restapi/v1.0/account/~/extension/~/call-log'
  const headers = { authorization: `Bearer ${await tokenOf(ava.id)}` }
  await fetch(`${simulator.url}${path}`, { method: 'DELETE', headers })
  const third = await api.callLog.syncExtensionCalls({
    type: 'incremental',
    syncToken: second.syncToken,
  })
  expect(third.calls).toEqual([])
  expect(new Set(third.goneIds)).toEqual(new Set([made?.id, ...first.calls.map(({ id }) => id)]))
})

test('the account’s log brings both sides of a call, and says whose each is', async () => {
  const { simulator, clock, api } = await simulated()
  const plan = { from: ava.phoneNumber, to: ben.phoneNumber, talkMs: 4000, recorded: true }
  const [made] = simulator.addCall(plan)
  await clock.advance(60_000)
  const { calls } = await api.callLog.syncAccountCalls({ type: 'full', recordCount: 2 })
  const { telephonySessionId } = made ?? {}
  expect(calls).toMatchObject([
    { extensionId: ava.id, direction: 'Outbound', telephonySessionId },
    { extensionId: ben.id, direction: 'Inbound', telephonySessionId, durationSeconds: 6 },
  ])
  expect(calls[1]?.to).toMatchObject({ extensionNumber: '102', extensionId: ben.id })
  expect(calls[1]?.recording).toMatchObject({ id: made?.recordingId, type: 'Automatic' })
  expect(calls[1]?.legs).toMatchObject([{ legType: 'Accept', master: true, direction: 'Inbound' }])
})

test('the two records of a click to call name each other’s legs', async () => {
  const { clock, api } = await simulated()
  await api.ringOut.create({ from: ava.phoneNumber, to: customer })
  await clock.advance(60_000)
  const { calls } = await api.callLog.syncExtensionCalls({ type: 'full', recordCount: 2 })
  const legs = ['RingOutClientToCaller', 'RingOutClientToSubscriber']
  expect(calls.map((one) => one.legs.map(({ legType }) => legType).sort())).toEqual([legs, legs])
  expect(new Set(calls.map(({ telephonySessionId }) => telephonySessionId)).size).toBe(1)
})

test('a cut full sync says so', async () => {
  const { api } = await simulated()
  const sync = await api.callLog.syncExtensionCalls({ type: 'full', recordCount: 1 })
  expect(sync).toMatchObject({ calls: { length: 1 }, olderRecordsMayExist: true })
})

test.each([
  ['CLG-101', undefined],
  ['CMN-101', 'InvalidParameter'],
  ['XYZ-999', undefined],
])('a token refused with %s asks for a full sync', async (code, family) => {
  await using server = await startRingCentral(() => ({
    status: 400,
    body: {
      errorCode: family ?? code,
      errors: [{ errorCode: code, message: 'Max sync record number limit is exceeded' }],
    },
  }))
  const { callLog } = clientOf(server.serverUrl).api('t')
  const query = { type: 'incremental', syncToken: 'dead' } as const
  expect(await failureFrom(callLog.syncAccountCalls(query))).toBeInstanceOf(SyncTokenExpiredError)
  const full = await failureFrom(callLog.syncAccountCalls({ type: 'full' }))
  expect(full).toHaveProperty('name', 'RingCentralRefusedError')
})

test('more than 250 new calls, and a token that has died, ask for a full sync', async () => {
  const { simulator, clock, api } = await simulated()
  const { syncToken } = await api.callLog.syncExtensionCalls({ type: 'full' })
  const again = () => api.callLog.syncExtensionCalls({ type: 'incremental', syncToken })
  await clock.advance(10_000)
  for (let made = 0; made < 251; made++) {
    simulator.addCall({ ...call, startedAt: clock.now() - 1000, talkMs: 0, ringMs: 0 })
  }
  expect(await failureFrom(again())).toMatchObject({
    name: 'SyncTokenExpiredError',
    code: 'CLG-104',
  })
  simulator.expireSyncTokens()
  expect(await failureFrom(again())).toMatchObject({
    name: 'SyncTokenExpiredError',
    code: 'CLG-101',
  })
})

test('active calls are those that go on, of one’s own or of everybody', async () => {
  const { simulator, clock, api } = await simulated()
  expect(await api.callLog.listActiveExtensionCalls()).toEqual([])
  simulator.addCall({ from: customer, to: ben.phoneNumber, talkMs: 60_000 })
  await clock.advance(5000)
  expect(await api.callLog.listActiveExtensionCalls()).toEqual([])
  expect(await api.callLog.listActiveAccountCalls()).toMatchObject([
    { extensionId: ben.id, result: 'In Progress', legs: [] },
  ])
})

test('a list can be narrowed to recorded calls, and brings their legs', async () => {
  const { simulator, clock, api } = await simulated()
  simulator.addCall({ ...call, recorded: true })
  await clock.advance(60_000)
  const { calls } = await api.callLog.listExtensionCalls({
    dateFrom: new Date(0),
    recordingType: 'All',
    view: 'Detailed',
  })
  expect(calls).toMatchObject([{ legs: [{ master: true }], deleted: false }])
})
