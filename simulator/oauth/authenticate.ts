import { badToken } from '../http/errors.ts'
import type { HttpContext } from '../http/exchange.ts'
import type { Simulation } from '../simulation.ts'
import type { Extension } from '../world/world.ts'
import type { AccessToken } from './grants.ts'

// For this long after a token's death RingCentral calls it corrupted; later it does not know it any more.
const corruptedMs = 10_000

/** The access token of a request and the extension behind it, or the 401 that RingCentral answers. */
export function authenticate(
  sim: Simulation,
  c: HttpContext,
  inQueryToo = false,
): { token: AccessToken; me: Extension } {
  const inQuery = inQueryToo ? c.req.query('access_token') : undefined
  const header = c.req.header('authorization') ?? (inQuery && `Bearer ${inQuery}`)
  if (header === undefined) throw badToken('AGW-401', 'Authorization header is not specified')
  const value = /^bearer +(\S+)$/i.exec(header.trim())?.[1]
  if (value === undefined) throw badToken('AGW-402', 'Invalid Authorization header')

  const token = sim.grants.findAccess(value)
  if (!token) throw badToken('OAU-213', 'Token not found')
  const now = sim.clock.now()
  const diedAt = token.replacedAt ?? token.session.endedAt
  if (diedAt !== undefined) {
    throw now - diedAt < corruptedMs
      ? badToken('OAU-129', 'Access token corrupted')
      : badToken('OAU-213', 'Token not found')
  }
  if (token.expiresAt <= now) throw badToken('OAU-128', 'Access token expired')

  const me = sim.world.extensions.get(token.session.extensionId)
  if (me?.status !== 'Enabled') throw badToken('OAU-141', 'Extension is disabled')

  // From its first use on, the refresh token that it came from has ten seconds left.
  token.firstUsedAt ??= now
  const entry = c.get('entry')
  entry.extensionId = me.id
  entry.tokenId = token.id
  return { token, me }
}
