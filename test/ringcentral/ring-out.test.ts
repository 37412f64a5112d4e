import { expect, test } from 'vitest'
import { failureFrom } from './servers.ts'
import { ava, customer, simulated } from './simulated.ts'

const request = { from: ava.phoneNumber, to: customer, playPrompt: false }

test('a click to call rings, connects, and is over', async () => {
  const { clock, api } = await simulated()
  const { id, state } = await api.ringOut.create({ ...request, callerId: '+12025550100' })
  expect(state).toBe('ringing')
  await clock.advance(2000)
  expect(await api.ringOut.get(id)).toMatchObject({
    state: 'ringing',
    callerStatus: 'Success',
    calleeStatus: 'InProgress',
  })
  await clock.advance(3000)
  expect(await api.ringOut.get(id)).toMatchObject({ state: 'connected' })
  await clock.advance(60_000)
  expect(await api.ringOut.get(id)).toMatchObject({ id, state: 'ended' })
})

test('one that cannot be reached says why', async () => {
  const { clock, api } = await simulated()
  const { id } = await api.ringOut.create({ ...request, to: '+13105559486' })
  await clock.advance(5000)
  expect(await api.ringOut.get(id)).toMatchObject({ state: 'failed', calleeStatus: 'Busy' })
})

test('one that is cancelled is gone, which is no error, and neither is cancelling it again', async () => {
  const { clock, simulator, api } = await simulated()
  const { id } = await api.ringOut.create(request)
  await api.ringOut.cancel(id)
  await api.ringOut.cancel(id)
  expect(await api.ringOut.get(id)).toEqual({
    id,
    state: 'ended',
    callerStatus: undefined,
    calleeStatus: undefined,
  })
  await clock.advance(60_000)
  const results = simulator.calls().filter(({ origin }) => origin === 'RingOut')
  expect(results.map(({ result }) => result)).toEqual(['Hang Up', 'Hang Up'])
})

test('numbers that nobody can call, and callers that nobody may show, are refused', async () => {
  const { api } = await simulated()
  const bad = await failureFrom(api.ringOut.create({ ...request, to: '1' }))
  expect(bad).toMatchObject({ name: 'RingCentralRefusedError', code: 'TEL-109' })
  const shown = await failureFrom(api.ringOut.create({ ...request, callerId: '+19995550100' }))
  expect(shown).toMatchObject({ name: 'RingCentralRefusedError', code: 'RNG-102' })
})

test.each([
  ['accept-then-reset', {}, 'RingCentralInDoubtError', 2],
  ['accept-then-status', { status: 502 }, 'RingCentralInDoubtError', 2],
  ['rate-limit', { retryAfter: 7 }, 'RingCentralRateLimitedError', 0],
  ['status', { status: 503 }, 'RingCentralUnavailableError', 0],
])('one that meets %s is told as what it is', async (kind, more, name, rang) => {
  const { simulator, clock, api } = await simulated()
  const plan = { kind, path: '**/ring-out', count: 1, ...more }
  simulator.planFault(plan as Parameters<typeof simulator.planFault>[0])
  expect(await failureFrom(api.ringOut.create(request))).toHaveProperty('name', name)
  await clock.advance(60_000)
  expect(simulator.calls().filter(({ origin }) => origin === 'RingOut')).toHaveLength(rang)
})
