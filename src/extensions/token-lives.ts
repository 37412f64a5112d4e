import type { Prisma } from '../db/generated/client/client.ts'
import { after, minutes } from '../lib/clock.ts'

const tokenStillGood = minutes(5)

/**
 * Whose RingCentral may be asked without costing anything but the call itself. Asking in the name of
 * anybody else costs a call of the token endpoint too, and of those there may be five a minute for
 * everybody.
 */
export function whereTokenLives(now: Date): Prisma.GrantWhereInput {
  return { accessTokenExpiresAt: { gt: after(now, tokenStillGood) } }
}
