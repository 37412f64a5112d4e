import { expect, test } from 'vitest'
import { ben, connect, login, refresh, simulate, text } from './harness.ts'

test('every answer tells its group and what is left of it', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const { headers } = await api('GET', 'phone-number')
  expect(headers.get('x-rate-limit-group')?.toLowerCase()).toBe('light')
  expect(headers.get('x-rate-limit-limit')).toBe('50')
  expect(headers.get('x-rate-limit-remaining')).toBe('49')
  expect(headers.get('x-rate-limit-window')).toBe('60')
})

test('every call during the penalty starts it again; other groups and people stay free', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const heavy = () => api('GET', 'call-log')
  for (let count = 0; count < 10; count++) expect((await heavy()).status).toBe(200)

  const refused = await heavy()
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('60')
  expect(refused.body).toEqual({
    errorCode: 'CMN-301',
    message: 'Request rate exceeded',
    errors: [{ errorCode: 'CMN-301', message: 'Request rate exceeded' }],
  })
  expect((await api('GET', 'phone-number')).status).toBe(200)
  expect((await (await connect(simulator, ben))('GET', 'call-log')).status).toBe(200)

  await simulator.clock.advance(59_000)
  expect((await heavy()).status).toBe(429)
  await simulator.clock.advance(59_000)
  expect((await heavy()).status).toBe(429)
  await simulator.clock.advance(60_000)
  expect((await heavy()).status).toBe(200)
})

test('the token endpoint is limited for the app, or for each user', async () => {
  for (const authScope of ['app', 'user'] as const) {
    const simulator = await simulate({ limits: { authScope } })
    let token = (await login(simulator)).body.refresh_token
    for (let count = 1; count < 5; count++)
      token = (await refresh(simulator, token)).body.refresh_token
    expect((await refresh(simulator, token)).status).toBe(429)
    expect((await login(simulator, ben)).status).toBe(authScope === 'app' ? 429 : 200)
  }
})

test('limits can be raised or switched off', async () => {
  const simulator = await simulate({ limits: { Heavy: Number.POSITIVE_INFINITY } })
  const api = await connect(simulator)
  for (let count = 0; count < 30; count++) expect((await api('GET', 'call-log')).status).toBe(200)
})

test('sends have a ceiling of their own', async () => {
  const simulator = await simulate({ limits: { SMS: 2, MMS: 1 } })
  const api = await connect(simulator)
  const statuses = []
  for (let sends = 0; sends < 3; sends++) statuses.push((await text(api, '+13105550177')).status)
  expect(statuses).toEqual([200, 200, 429])
  expect((await text(api, '+13105550177')).body.errors[0].errorCode).toBe('MSG-305')
  await simulator.clock.advance(61_000)
  expect((await text(api, '+13105550177')).status).toBe(200)
})
