import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import * as errors from '../../src/ringcentral/errors.ts'
import { clientOf, failureFrom, type Reply, startRingCentral } from './servers.ts'

const tokens = {
  access_token: 'access-1',
  token_type: 'bearer',
  expires_in: 2717,
  refresh_token: 'refresh-1',
  refresh_token_expires_in: 604800,
  scope: 'ReadAccounts SMS',
  owner_id: '62264425016',
  endpoint_id: 'e',
  session_id: 's-1',
  something_new: { nested: true },
}
const login = { code: 'c0de', redirectUri: 'https://gw.example/cb', verifier: 'v'.repeat(43) }

test('the authorization URL carries state and an S256 challenge', async () => {
  const { oauth } = clientOf('https://platform.ringcentral.com/')
  const { verifier, challenge } = await oauth.pkce()
  expect(challenge).toBe(createHash('sha256').update(verifier).digest('base64url'))

  const redirectUri = 'https://gw.example/v1/rc/callback'
  const url = oauth.authorizationUrl({ redirectUri, state: 'st', codeChallenge: challenge })
  expect(url.origin + url.pathname).toBe('https://platform.ringcentral.com/restapi/oauth/authorize')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    response_type: 'code',
    client_id: 'client_id-1',
    redirect_uri: redirectUri,
    state: 'st',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
})

test('a code is traded with plain Basic credentials, and what RingCentral adds is no trouble', async () => {
  await using server = await startRingCentral(() => ({ body: tokens }))
  const { oauth } = clientOf(server.serverUrl)
  const callbackUrl = new URL('https://gw.example/cb?code=c0de&state=st&expires_in=60')
  const { code: _, ...rest } = login

  expect(await oauth.exchangeCode({ callbackUrl, ...rest })).toEqual({
    accessToken: 'access-1',
    accessTokenExpiresInSeconds: 2717,
    refreshToken: 'refresh-1',
    refreshTokenExpiresInSeconds: 604800,
    scopes: ['ReadAccounts', 'SMS'],
    extensionId: '62264425016',
    sessionId: 's-1',
  })
  const [request] = server.seen
  expect(request).toMatchObject({ method: 'POST', url: '/restapi/oauth/token' })
  expect(request?.headers['content-type']).toContain('application/x-www-form-urlencoded')
  expect(request?.headers['user-agent']).toMatch(/^RingQL\/\d/)
  // Not `client%5Fid%2D1`, as RFC 6749 would have it: RingCentral's SDKs send the id as it is.
  const credentials = Buffer.from('client_id-1:s3cr3t').toString('base64')
  expect(request?.headers.authorization).toBe(`Basic ${credentials}`)
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
    grant_type: 'authorization_code',
    code: 'c0de',
    redirect_uri: login.redirectUri,
    code_verifier: login.verifier,
  })
})

test('a public client names itself in the body and sends no credentials', async () => {
  await using server = await startRingCentral(() => ({ body: tokens }))
  await clientOf(server.serverUrl, { clientSecret: undefined }).oauth.refresh('r')
  expect(server.seen[0]?.headers.authorization).toBeUndefined()
  expect(new URLSearchParams(server.seen[0]?.body).get('client_id')).toBe('client_id-1')
})

test('a refresh keeps the old refresh token if RingCentral sends none, and reads odd answers', async () => {
  const { refresh_token: _r, owner_id: _o, scope: _s, expires_in: _e, ...bare } = tokens
  await using server = await startRingCentral(() => ({ body: { ...bare, owner_id: 62264425016 } }))
  expect(await clientOf(server.serverUrl).oauth.refresh('old')).toMatchObject({
    refreshToken: 'old',
    extensionId: '62264425016',
    scopes: [],
    accessTokenExpiresInSeconds: 600,
  })
})

test('a login that yields no refresh token is refused, and says why', async () => {
  const { refresh_token: _, ...bare } = tokens
  await using server = await startRingCentral(() => ({ body: bare }))
  const error = await failureFrom(clientOf(server.serverUrl).oauth.exchangeCode(login))
  expect(error).toBeInstanceOf(errors.OAuthRefusedError)
  expect(error).toHaveProperty('error', 'no_refresh_token')
})

const oauthBody = (error: string, errorCode: string) => ({
  error,
  error_description: 'Token not found: old-refresh',
  errors: [{ errorCode, message: 'Token not found: old-refresh' }],
})

test.each<[string, Reply, string, object]>([
  [
    'a rotated token',
    { status: 400, body: oauthBody('invalid_grant', 'OAU-213') },
    'InvalidGrantError',
    { code: 'OAU-213' },
  ],
  [
    'a revoked token',
    { status: 400, body: oauthBody('invalid_grant', 'OAU-211') },
    'InvalidGrantError',
    { code: 'OAU-211' },
  ],
  [
    'a wrong client',
    { status: 400, body: oauthBody('invalid_client', 'OAU-153') },
    'OAuthRefusedError',
    { error: 'invalid_client', extensionDisabled: false },
  ],
  [
    'a disabled extension',
    { status: 401, body: oauthBody('access_denied', 'OAU-141') },
    'OAuthRefusedError',
    { extensionDisabled: true },
  ],
  ['a firewall', { status: 403, body: '<html></html>' }, 'OAuthRefusedError', { error: undefined }],
  [
    'too many refreshes',
    { status: 429, headers: { 'retry-after': '60' } },
    'RingCentralRateLimitedError',
    { group: 'Auth', retryAfterMs: 60_000 },
  ],
  [
    'maintenance',
    { status: 503, body: { error: 'service_unavailable' } },
    'RingCentralUnavailableError',
    {},
  ],
  ['a bad gateway', { status: 502, body: 'x' }, 'RingCentralInDoubtError', {}],
  ['an unreadable success', { status: 200, body: 'x' }, 'RingCentralInDoubtError', {}],
])('a refresh that meets %s', async (_case, reply, name, facts) => {
  await using server = await startRingCentral(() => reply)
  const error = (await failureFrom(
    clientOf(server.serverUrl).oauth.refresh('old-refresh'),
  )) as Error
  expect(error).toHaveProperty('name', name)
  expect(error).toMatchObject({ operation: 'oauth.refresh', ...facts })
  expect(`${error.stack}${JSON.stringify(error)}${error.cause}`).not.toMatch(/old-refresh|s3cr3t/)
})

test('a person who says no is told apart, without a request to RingCentral', async () => {
  await using server = await startRingCentral(() => ({ body: tokens }))
  const callbackUrl = new URL(
    'https://gw.example/cb?error=access_denied&error_description=x&state=st',
  )
  const { code: _, ...rest } = login
  const error = await failureFrom(
    clientOf(server.serverUrl).oauth.exchangeCode({ callbackUrl, ...rest }),
  )
  expect(error).toBeInstanceOf(errors.OAuthRefusedError)
  expect(error).toHaveProperty('error', 'access_denied')
  expect(server.seen).toHaveLength(0)
})

test('revoking sends the token and expects nothing back', async () => {
  await using server = await startRingCentral(() => ({ status: 200 }))
  await clientOf(server.serverUrl).oauth.revoke('some-token')
  expect(server.seen[0]).toMatchObject({ url: '/restapi/oauth/revoke' })
  expect(new URLSearchParams(server.seen[0]?.body).get('token')).toBe('some-token')
})
