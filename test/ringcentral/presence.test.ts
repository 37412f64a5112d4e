import { expect, test } from 'vitest'
import { detailedPresenceChanges } from '../../src/ringcentral/event-filters.ts'
import { failureFrom } from './servers.ts'
import { ava, ben, customer, listening, simulated } from './simulated.ts'

test('a presence is read with its calls, of oneself and of a colleague', async () => {
  const { simulator, clock, api, connect } = await simulated()
  expect(await api.presence.get()).toMatchObject({
    extensionId: ava.id,
    extensionNumber: '101',
    presenceStatus: 'Available',
    telephonyStatus: 'NoCall',
    activeCalls: [],
  })
  const [call] = simulator.addCall({ from: customer, to: ava.phoneNumber })
  await clock.advance(3000)
  const theirs = await connect(ben)
  expect(await theirs.presence.get(ava.id)).toMatchObject({
    telephonyStatus: 'CallConnected',
    presenceStatus: 'Busy',
    activeCalls: [
      {
        direction: 'Inbound',
        from: customer,
        telephonySessionId: call?.telephonySessionId,
        telephonyStatus: 'CallConnected',
        startTime: expect.any(Date),
      },
    ],
  })
})

test('everybody’s presence comes in pages', async () => {
  const { simulator, clock, api } = await simulated()
  simulator.addCall({ from: customer, to: ben.phoneNumber })
  await clock.advance(3000)
  const { presences, hasNextPage } = await api.presence.list({ perPage: 2 })
  expect(hasNextPage).toBe(true)
  expect(presences).toMatchObject([
    { extensionId: ava.id, telephonyStatus: 'NoCall' },
    { extensionId: ben.id, telephonyStatus: 'CallConnected', activeCalls: [{ from: customer }] },
  ])
  expect(await api.presence.list({ perPage: 2, page: 2 })).toMatchObject({ hasNextPage: false })
})

test('a presence is set in part, and only by its owner or an administrator', async () => {
  const { api, connect } = await simulated()
  const set = await api.presence.put({ dndStatus: 'DoNotAcceptAnyCalls', message: 'In a meeting' })
  expect(set).toMatchObject({ presenceStatus: 'Busy', message: 'In a meeting' })
  expect(await api.presence.put({ userStatus: 'Offline' })).toMatchObject({
    presenceStatus: 'Offline',
    dndStatus: 'DoNotAcceptAnyCalls',
  })
  const theirs = await connect(ben)
  const error = await failureFrom(theirs.presence.put({ userStatus: 'Busy' }, ava.id))
  expect(error).toMatchObject({ name: 'RingCentralRefusedError', status: 403 })
  expect((await api.presence.put({ userStatus: 'Busy' }, ben.id)).extensionId).toBe(ben.id)
})

test('notifications follow a call through ringing, talk, hold and its end', async () => {
  const { simulator, clock, api } = await simulated()
  const { address, notifications } = await listening()
  const eventFilters = [detailedPresenceChanges()]
  await api.subscriptions.create({ address, eventFilters, verificationToken: 'v' })
  simulator.addCall({ from: customer, to: ava.phoneNumber, talkMs: 8000, holdMs: 2000 })
  await clock.advance(30_000)
  await simulator.settled()
  const told = notifications.flatMap((one) => (one.kind === 'presence' ? one.body : []))
  const statuses = told.map(({ telephonyStatus, totalActiveCalls }) => [
    telephonyStatus,
    totalActiveCalls,
  ])
  expect(statuses.slice(1)).toEqual([
    ['Ringing', 1],
    ['CallConnected', 1],
    ['OnHold', 1],
    ['CallConnected', 1],
    ['NoCall', 0],
  ])
  expect(told[2]).toMatchObject({
    extensionId: ava.id,
    sequence: 3,
    activeCalls: [{ from: customer, telephonyStatus: 'CallConnected' }],
  })
})
