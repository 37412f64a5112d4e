import type { Prisma } from '../db/generated/client/client.ts'
import { after, hours, minutes } from '../lib/clock.ts'

/** An idle extension is looked after this often; one in use, as often as its jobs like. */
const idleCheckEvery = hours(12)
const tokenStillGood = minutes(5)

/**
 * Whose RingCentral may be asked now, without anybody having asked for it. Asking costs an access
 * token, an access token of an idle extension costs a call of the token endpoint, and of those there
 * may be five a minute for everybody. So: those whose token lives anyhow, and those who have not been
 * looked at for half a day.
 */
export function whereWorthAsking(now: Date): Prisma.GrantWhereInput {
  return {
    OR: [
      { accessTokenExpiresAt: { gt: after(now, tokenStillGood) } },
      { refreshedAt: { lt: after(now, -idleCheckEvery) } },
    ],
  }
}
