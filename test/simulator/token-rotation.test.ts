import { expect, test } from 'vitest'
import { apiWith, ava, ben, call, login, refresh, requestToken, simulate } from './harness.ts'

const limits = false

test('a refresh gives new tokens and kills the old access token at once', async () => {
  const simulator = await simulate({ limits })
  const first = (await login(simulator)).body
  const second = (await refresh(simulator, first.refresh_token)).body
  expect(second.access_token).not.toBe(first.access_token)
  expect(second.refresh_token).not.toBe(first.refresh_token)

  const old = apiWith(simulator, first.access_token)
  expect((await old('GET', 'phone-number')).body.errors[0].errorCode).toBe('OAU-129')
  await simulator.clock.advance(10_000)
  expect((await old('GET', 'phone-number')).body.errors[0].errorCode).toBe('OAU-213')
})

test('a refresh whose answer was lost can be repeated for an hour and gives the same pair', async () => {
  const simulator = await simulate({ limits })
  const first = (await login(simulator)).body
  const lost = (await refresh(simulator, first.refresh_token)).body
  await simulator.clock.advance(59 * 60_000)
  const repeated = (await refresh(simulator, first.refresh_token)).body
  expect(repeated.access_token).toBe(lost.access_token)
  expect(repeated.refresh_token).toBe(lost.refresh_token)
  expect(repeated.expires_in).toBe(60)

  await simulator.clock.advance(2 * 60_000)
  const late = await refresh(simulator, first.refresh_token)
  expect(late.status).toBe(400)
  expect(late.body).toMatchObject({ error: 'invalid_grant', errors: [{ errorCode: 'OAU-213' }] })
})

test('once the new access token was used, the old refresh token has ten seconds left', async () => {
  const simulator = await simulate({ limits })
  const first = (await login(simulator)).body
  const second = (await refresh(simulator, first.refresh_token)).body
  await simulator.clock.advance(20_000)
  await apiWith(simulator, second.access_token)('GET', 'phone-number')
  await simulator.clock.advance(9_000)
  expect((await refresh(simulator, first.refresh_token)).body.access_token).toBe(
    second.access_token,
  )
  await simulator.clock.advance(2_000)
  expect((await refresh(simulator, first.refresh_token)).body.error).toBe('invalid_grant')
  expect((await refresh(simulator, second.refresh_token)).status).toBe(200)
})

test('a refresh token that nobody uses dies after seven days', async () => {
  const simulator = await simulate({ limits })
  const { body } = await login(simulator)
  await simulator.clock.advance(7 * 24 * 60 * 60_000)
  expect((await refresh(simulator, body.refresh_token)).body.errors[0].errorCode).toBe('OAU-213')
})

test('the sixth login of one extension ends the first', async () => {
  const simulator = await simulate({ limits })
  const logins = []
  for (let count = 0; count < 6; count++) logins.push((await login(simulator)).body)
  const other = (await login(simulator, ben)).body
  const statuses = await Promise.all(
    [...logins, other].map(
      async (one) => (await apiWith(simulator, one.access_token)('GET', 'phone-number')).status,
    ),
  )
  expect(statuses).toEqual([401, 200, 200, 200, 200, 200, 200])
})

test('revoking either token ends the whole session', async () => {
  const simulator = await simulate({ limits })
  const { body } = await login(simulator)
  const authorization = `Basic ${Buffer.from('simulator-client:simulator-secret').toString('base64')}`
  const revoked = await call(`${simulator.url}/restapi/oauth/revoke`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ token: body.refresh_token }),
  })
  expect(revoked.status).toBe(200)
  expect(revoked.text).toBe('')
  expect((await apiWith(simulator, body.access_token)('GET', 'phone-number')).status).toBe(401)
  const refused = await refresh(simulator, body.refresh_token)
  expect(refused.body).toMatchObject({ error: 'invalid_grant', errors: [{ errorCode: 'OAU-211' }] })
})

test('a grant that the person takes back ends every login of the extension', async () => {
  const simulator = await simulate({ limits })
  const { body } = await login(simulator)
  const { status } = await call(`${simulator.url}/simulator/grants/revoke`, {
    method: 'POST',
    body: JSON.stringify({ extensionId: ava }),
  })
  expect(status).toBe(200)
  expect((await refresh(simulator, body.refresh_token)).body.error).toBe('invalid_grant')
})

test('a disabled extension is out for good', async () => {
  const simulator = await simulate({ limits })
  const { body } = await login(simulator)
  simulator.setExtensionStatus(ava, 'Disabled')
  const refused = await refresh(simulator, body.refresh_token)
  expect(refused.status).toBe(401)
  expect(refused.body.errors[0].errorCode).toBe('OAU-141')
  expect((await requestToken(simulator, { grant_type: 'password' })).body.error).toBe(
    'unauthorized_client',
  )
})
