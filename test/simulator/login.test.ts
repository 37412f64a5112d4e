import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  ava,
  ben,
  call,
  connect,
  consent,
  login,
  redirectUri,
  requestToken,
  simulate,
} from './harness.ts'

const code = (location: URL | undefined) => location?.searchParams.get('code') ?? ''

test('a person picks an extension on a page that says what it is', async () => {
  const simulator = await simulate()
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: simulator.clientId,
    redirect_uri: redirectUri,
    state: '"><script>',
    brand_id: '',
    display: '',
    prompt: '',
  })
  const page = await call(`${simulator.url}/restapi/oauth/authorize?${query}`)
  expect(page.status).toBe(200)
  expect(page.text).toContain('RingCentral simulator')
  expect(page.text).toContain('Ben Ortiz')
  expect(page.text).toContain('value="&quot;&gt;&lt;script&gt;"')
})

test('allowing sends the browser back with a code that is good once and for a minute', async () => {
  const simulator = await simulate()
  const { status, location } = await consent(simulator)
  expect(status).toBe(302)
  expect(location?.origin + (location?.pathname ?? '')).toBe(redirectUri)
  expect(location?.searchParams.get('state')).toBe('opaque state')
  expect(location?.searchParams.get('expires_in')).toBe('60')

  const fields = {
    grant_type: 'authorization_code',
    code: code(location),
    redirect_uri: redirectUri,
  }
  const token = await requestToken(simulator, fields)
  expect(token.status).toBe(200)
  expect(token.headers.get('content-type')).toBe('application/json;charset=utf-8')
  expect(token.body).toMatchObject({
    token_type: 'bearer',
    expires_in: 3600,
    refresh_token_expires_in: 604_800,
    owner_id: ava,
  })
  expect(token.body.scope).toContain('SubscriptionWebhook')

  const again = await requestToken(simulator, fields)
  expect(again.status).toBe(400)
  expect(again.body).toMatchObject({ error: 'invalid_grant', errors: [{ errorCode: 'OAU-106' }] })

  const late = await consent(simulator)
  await simulator.clock.advance(60_000)
  const expired = await requestToken(simulator, { ...fields, code: code(late.location) })
  expect(expired.body.errors[0].errorCode).toBe('OAU-108')
})

test('refusing sends the browser back with the reason and the state', async () => {
  const simulator = await simulate()
  const { status, location } = await consent(simulator, { decision: 'refuse' })
  expect(status).toBe(302)
  expect(location?.searchParams.get('error')).toBe('access_denied')
  expect(location?.searchParams.get('error_description')).toBeTruthy()
  expect(location?.searchParams.get('state')).toBe('opaque state')
})

test('an unknown client or an unregistered address is never redirected to', async () => {
  const simulator = await simulate({ redirectUris: [redirectUri] })
  const bad: Record<string, string>[] = [
    { client_id: 'somebody else' },
    { redirect_uri: 'http://elsewhere.test/' },
  ]
  for (const fields of bad) {
    const { status, location } = await consent(simulator, fields)
    expect(status).toBe(400)
    expect(location).toBeUndefined()
  }
})

test('a code challenge wants its verifier, and is plain when no method is named', async () => {
  const simulator = await simulate({ limits: false })
  const verifier = 'v'.repeat(50)
  const hashed = createHash('sha256').update(verifier).digest('base64url')
  const exchange = async (challenge: Record<string, string>, proof: Record<string, string>) => {
    const { location } = await consent(simulator, challenge)
    const fields = {
      grant_type: 'authorization_code',
      code: code(location),
      redirect_uri: redirectUri,
    }
    return (await requestToken(simulator, { ...fields, ...proof })).status
  }
  const s256 = { code_challenge: hashed, code_challenge_method: 'S256' }
  expect(await exchange(s256, { code_verifier: verifier })).toBe(200)
  expect(await exchange(s256, { code_verifier: 'wrong' })).toBe(400)
  expect(await exchange(s256, {})).toBe(400)
  expect(await exchange({ code_challenge: verifier }, { code_verifier: verifier })).toBe(200)
  expect(await exchange({ code_challenge: hashed }, { code_verifier: verifier })).toBe(400)
})

test('a client that does not prove itself is told which way it failed', async () => {
  const simulator = await simulate()
  const url = `${simulator.url}/restapi/oauth/token`
  const body = () => new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' })
  const nobody = await call(url, { method: 'POST', body: body() })
  expect(nobody.body).toMatchObject({ error: 'invalid_client', errors: [{ errorCode: 'OAU-123' }] })
  const authorization = `Basic ${Buffer.from('me:mine').toString('base64')}`
  const stranger = await call(url, { method: 'POST', body: body(), headers: { authorization } })
  expect(stranger.status).toBe(400)
  expect(stranger.body.errors[0]).toMatchObject({
    errorCode: 'OAU-153',
    parameters: [{ parameterName: 'client_id', parameterValue: 'me' }],
  })
})

test('lifetimes out of range are clamped, not refused', async () => {
  const simulator = await simulate()
  const { location } = await consent(simulator)
  const { body } = await requestToken(simulator, {
    grant_type: 'authorization_code',
    code: code(location),
    redirect_uri: redirectUri,
    access_token_ttl: '-1',
    refresh_token_ttl: '99999999',
  })
  expect(body.expires_in).toBe(600)
  expect(body.refresh_token_expires_in).toBe(2_592_000)
})

test('user info names the extension and its account', async () => {
  const simulator = await simulate()
  const { body } = await (await connect(simulator, ben))('GET', '/restapi/oauth/userinfo')
  expect(body).toMatchObject({ sub: ben, account_id: '400131426008', email: 'ben@example.com' })
})

test('a token answers to any spelling of bearer, and its end is told in RingCentral’s codes', async () => {
  const simulator = await simulate()
  const { body } = await login(simulator)
  const read = (authorization?: string) =>
    call(`${simulator.url}/restapi/v1.0/account/~/`, {
      headers: authorization ? { authorization } : {},
    })
  expect((await read(`bEaReR ${body.access_token}`)).status).toBe(200)
  expect((await read()).body.errorCode).toBe('TokenInvalid')
  expect((await read()).body.errors[0].errorCode).toBe('AGW-401')
  expect((await read('Bearer nonsense')).body.errors[0].errorCode).toBe('OAU-213')
  await simulator.clock.advance(3_600_000)
  const late = await read(`Bearer ${body.access_token}`)
  expect(late.status).toBe(401)
  expect(late.body.errors[0].errorCode).toBe('OAU-128')
})
