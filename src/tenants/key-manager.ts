import type { Tx } from '../db/client.ts'
import type { Viewer } from '../graphql/context.ts'
import { topLevelError } from '../graphql/errors.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { TenantNotFoundError } from './errors.ts'

export type KeyManager = Awaited<ReturnType<typeof managerOf>>

/**
 * What somebody may do with keys. The operator may do everything. A key stays within its own tenant, hands out no
 * scope that it has not itself, and makes none that outlives it: so a stolen key never becomes a better one.
 * It is read again here, since what it may do counts at the moment in which it does it.
 */
export async function managerOf(tx: Tx, by: Viewer, clock: Clock) {
  const own =
    by.kind === 'tenant'
      ? await tx.apiKey.findFirst({ where: { id: by.apiKeyId, revokedAt: null } })
      : undefined
  if (own === null) throw topLevelError('FORBIDDEN', 'This API key has just been revoked.')

  return {
    /** The keys within reach. */
    theirs: own ? { tenantId: own.tenantId } : {},

    /** When it ends itself; null: never. */
    expiresAt: own?.expiresAt ?? null,

    /** @throws TenantNotFoundError for a tenant that is not theirs, as for one that there is not */
    tenantFor(given: string | null | undefined): string {
      if (own && (given == null || given === own.tenantId)) return own.tenantId
      if (given == null) {
        throw new InvalidInputError('tenantId', 'The operator says for which tenant the key is.')
      }
      if (own) throw new TenantNotFoundError(given)
      return given
    },

    /** Refuses what it has not itself. */
    mustHave(scopes: readonly string[]): void {
      const missing = own && scopes.find((scope) => !own.scopes.includes(scope))
      if (!missing) return
      throw topLevelError(
        'FORBIDDEN',
        `This API key lacks the scope ${missing}, so it cannot hand it out.`,
        { scope: missing },
      )
    },

    /** When a new key ends, which is never after the one that makes it. */
    endOf(given: Date | null): Date | null {
      const latest = own?.expiresAt ?? null
      if (!given) return latest
      if (given <= clock.now()) {
        throw new InvalidInputError('expiresAt', '`expiresAt` is over already: say a later time.')
      }
      if (latest && given > latest) {
        throw new InvalidInputError(
          'expiresAt',
          `No key outlives the one that makes it: \`expiresAt\` is ${latest.toISOString()} at the latest.`,
        )
      }
      return given
    },
  }
}
