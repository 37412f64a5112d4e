import type { Grant } from '../db/generated/client/client.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import type { Sealer } from '../lib/sealer.ts'
import type { TokenSet } from '../ringcentral/token-set.ts'

/** What seals and opens the tokens of one extension: bound to its tenant and its row. */
type Place = { tenantId: string; extensionRowId: string }

const context = ({ tenantId, extensionRowId }: Place, column: string) => ({
  tenantId,
  table: 'Grant',
  column,
  rowId: extensionRowId,
})

/** The columns of a grant that hold a new pair of tokens, with the times that follow from them. */
export function sealTokens(sealer: Sealer, clock: Clock, place: Place, tokens: TokenSet) {
  const now = clock.now()
  const refreshTokenExpiresAt = after(now, seconds(tokens.refreshTokenExpiresInSeconds))
  return {
    accessTokenSealed: sealer.seal(tokens.accessToken, context(place, 'accessToken')),
    accessTokenExpiresAt: after(now, seconds(tokens.accessTokenExpiresInSeconds)),
    refreshTokenSealed: sealer.seal(tokens.refreshToken, context(place, 'refreshToken')),
    refreshTokenExpiresAt,
    refreshedAt: now,
    refreshDueAt: idleRefreshAt(now, refreshTokenExpiresAt),
    refreshFailures: 0,
  }
}

type SealedTokens = Pick<Grant, 'accessTokenSealed' | 'refreshTokenSealed'>

/** @throws UnsealError, UnknownKeyError */
export async function openTokens(sealer: Sealer, place: Place, sealed: SealedTokens) {
  return {
    accessToken: await sealer.open(sealed.accessTokenSealed, context(place, 'accessToken')),
    refreshToken: await sealer.open(sealed.refreshTokenSealed, context(place, 'refreshToken')),
  }
}

/**
 * When an idle grant is refreshed: at a random point of the third fifth of its refresh token's life.
 * So grants made together drift apart, and days are left for a RingCentral that cannot be reached.
 */
function idleRefreshAt(now: Date, expiresAt: Date): Date {
  const life = expiresAt.getTime() - now.getTime()
  return after(now, life * (0.4 + 0.2 * Math.random()))
}

/**
 * How long to wait after the n-th failed refresh in a row: from half a minute, doubling, to ten
 * minutes. Texts wait as long, so after an outage it is not much longer until they go out.
 */
export function refreshRetryDelay(failures: number): number {
  return Math.min(seconds(30) * 2 ** Math.min(failures - 1, 10), minutes(10))
}
