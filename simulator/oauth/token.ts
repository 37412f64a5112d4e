import { createHash } from 'node:crypto'
import { oauthError, rateExceeded } from '../http/errors.ts'
import { answer, type HttpContext } from '../http/exchange.ts'
import { announceAllowance } from '../http/rate-headers.ts'
import type { Simulation } from '../simulation.ts'
import { authenticateClient, readForm } from './client.ts'
import type { Lifetimes, TokenPair } from './grants.ts'

/** POST /restapi/oauth/token */
export async function exchangeToken(sim: Simulation, c: HttpContext): Promise<Response> {
  const form = await readForm(c)
  const clientId = authenticateClient(sim, c, form)
  countAuthCall(sim, c, clientId, form.get('code') ?? form.get('refresh_token') ?? '')

  const lifetimes = readLifetimes(form)
  const pair =
    form.get('grant_type') === 'authorization_code'
      ? exchangeCode(sim, clientId, form, lifetimes)
      : form.get('grant_type') === 'refresh_token'
        ? refresh(sim, clientId, form, lifetimes)
        : refuseGrantType(form.get('grant_type'))

  c.get('entry').extensionId = pair.access.session.extensionId
  c.get('entry').tokenId = pair.access.id
  return answer(describe(sim, pair, form.get('endpoint_id')))
}

/** The Auth limit belongs to the app or to the user: RingCentral says both, so both can be had. */
export function countAuthCall(
  sim: Simulation,
  c: HttpContext,
  clientId: string,
  credential: string,
) {
  const user =
    sim.grants.ownerOf(credential) ?? sim.grants.findAccess(credential)?.session.extensionId
  const owner =
    sim.settings.limits.authScope === 'app' ? clientId : `${user ?? 'nobody'} ${clientId}`
  const allowance = sim.limiter.take(owner, 'Auth')
  announceAllowance(c, allowance)
  if (allowance?.retryAfterSeconds !== undefined) throw rateExceeded(allowance.retryAfterSeconds)
}

function exchangeCode(
  sim: Simulation,
  clientId: string,
  form: URLSearchParams,
  lifetimes: Lifetimes,
): TokenPair {
  const grant = sim.grants.takeCode(form.get('code') ?? '')
  if (!grant) throw invalidGrant('OAU-106', 'Authorization code is invalid')
  if (grant.expired) throw invalidGrant('OAU-108', 'Authorization code is expired')
  if (grant.redirectUri !== (form.get('redirect_uri') ?? '')) {
    throw invalidGrant('OAU-109', 'Redirect URI does not match')
  }
  if (grant.clientId !== clientId) {
    throw invalidGrant('OAU-110', 'Authorization code was issued to another application')
  }
  if (
    grant.challenge !== undefined &&
    !proves(form.get('code_verifier'), grant.challenge, grant.challengeMethod)
  ) {
    throw invalidGrant('OAU-106', 'Code verifier does not match the code challenge')
  }
  requireEnabled(sim, grant.extensionId)
  return sim.grants.login(clientId, grant.extensionId, lifetimes)
}

function refresh(
  sim: Simulation,
  clientId: string,
  form: URLSearchParams,
  lifetimes: Lifetimes,
): TokenPair {
  const value = form.get('refresh_token') ?? ''
  if (value === '')
    throw oauthError('invalid_request', 'CMN-101', 'Parameter [refresh_token] value is invalid')
  const owner = sim.grants.ownerOf(value)
  if (owner !== undefined) requireEnabled(sim, owner)
  const refreshed = sim.grants.refresh(value, clientId, lifetimes)
  if ('pair' in refreshed) return refreshed.pair
  throw refreshed.refused === 'revoked'
    ? invalidGrant('OAU-211', 'Token revoked')
    : invalidGrant('OAU-213', 'Token not found')
}

function requireEnabled(sim: Simulation, extensionId: string) {
  if (sim.world.extensions.get(extensionId)?.status !== 'Enabled') {
    throw oauthError('invalid_grant', 'OAU-141', 'Extension is disabled', { status: 401 })
  }
}

function proves(verifier: string | null, challenge: string, method = 'plain'): boolean {
  if (verifier === null) return false
  return method === 'S256'
    ? createHash('sha256').update(verifier).digest('base64url') === challenge
    : verifier === challenge
}

function refuseGrantType(grantType: string | null): never {
  if (grantType === null || grantType === '') {
    throw oauthError('invalid_request', 'OAU-250', 'Parameter [grant_type] is required')
  }
  if (grantType === 'urn:ietf:params:oauth:grant-type:jwt-bearer' || grantType === 'password') {
    throw oauthError('unauthorized_client', 'OAU-251', 'Unauthorized for this grant type')
  }
  throw oauthError('unsupported_grant_type', 'OAU-250', 'Unsupported grant type')
}

function invalidGrant(code: string, message: string) {
  return oauthError('invalid_grant', code, message)
}

/** Clamped, never refused: after a 401 RingCentral's own SDK asks for -1. */
function readLifetimes(form: URLSearchParams): Lifetimes {
  const clamp = (name: string, least: number, most: number, usual: number) => {
    const text = form.get(name) ?? ''
    const value = Number(text)
    return text === '' || Number.isNaN(value)
      ? usual
      : Math.min(most, Math.max(least, Math.floor(value)))
  }
  return {
    accessSeconds: clamp('access_token_ttl', 600, 3600, 3600),
    refreshSeconds: clamp('refresh_token_ttl', 3600, 2_592_000, 604_800),
  }
}

function describe(sim: Simulation, pair: TokenPair, endpointId: string | null) {
  const { access, refresh } = pair
  const left = (expiresAt: number) => Math.floor((expiresAt - sim.clock.now()) / 1000)
  return {
    access_token: access.value,
    token_type: 'bearer',
    expires_in: left(access.expiresAt),
    ...(sim.apps.find(access.session.clientId)?.issueRefreshTokens && {
      refresh_token: refresh.value,
      refresh_token_expires_in: left(refresh.expiresAt),
    }),
    scope: access.session.scope.join(' '),
    owner_id: access.session.extensionId,
    endpoint_id: endpointId ?? access.session.id,
    session_id: access.session.id,
  }
}
