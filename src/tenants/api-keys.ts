import { recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../db/client.ts'
import type { ApiKey } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Viewer } from '../graphql/context.ts'
import { after, type Clock, hours, seconds } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import { sha256 } from '../lib/secrets.ts'
import { apiKeyPrefix, createApiKeySecret } from './api-key-secret.ts'
import { ApiKeyEndedError, ApiKeyNotFoundError, TenantNotFoundError } from './errors.ts'
import { managerOf } from './key-manager.ts'
import { parseName } from './parse-name.ts'
import { parseScopes } from './scopes.ts'

declare module '../graphql/context.ts' {
  interface Services {
    apiKeys: ApiKeys
  }
}

export type ApiKeys = ReturnType<typeof createApiKeys>

/** A key as it was made: the secret is nowhere afterwards. */
export type Issued = { secret: string; apiKey: ApiKey }

const dayInSeconds = hours(24) / seconds(1)
export const overlap = { usual: dayInSeconds, longest: 30 * dayInSeconds } as const

/** Keys: the operator manages all of them, a key with the scope for it those of its own tenant. */
export function createApiKeys({ db, clock }: { db: Db; clock: Clock }) {
  function draw(key: Pick<ApiKey, 'tenantId' | 'name' | 'scopes' | 'expiresAt'>) {
    const secret = createApiKeySecret()
    const [prefix, secretHash] = [apiKeyPrefix(secret), sha256(secret)]
    const [id, createdAt] = [createId('ApiKey'), clock.now()]
    return { secret, data: { ...key, id, prefix, secretHash, createdAt } }
  }

  return {
    /**
     * `tenantId` may be left out by a tenant's key, and is its own tenant's then.
     *
     * @throws TenantNotFoundError also for a tenant that is somebody else's
     * @throws InvalidInputError, and FORBIDDEN for a scope that the asking key has not itself
     */
    async create(
      by: Viewer,
      input: {
        tenantId?: string | null | undefined
        name: string
        scopes: readonly string[]
        expiresAt?: Date | null | undefined
      },
    ): Promise<Issued> {
      const name = parseName(input.name)
      const scopes = parseScopes(input.scopes)
      return inTransaction(db, async (tx) => {
        const manager = await managerOf(tx, by, clock)
        const tenantId = manager.tenantFor(input.tenantId)
        const tenant = await tx.tenant.findUnique({ where: { id: tenantId } })
        if (!tenant || tenant.status === 'DELETING') throw new TenantNotFoundError(tenantId)
        manager.mustHave(scopes)
        const expiresAt = manager.endOf(input.expiresAt ?? null)
        const { secret, data } = draw({ tenantId, name, scopes, expiresAt })
        const apiKey = await tx.apiKey.create({ data })
        await recordAudit(tx, {
          action: 'API_KEY_CREATED',
          at: apiKey.createdAt,
          tenantId,
          subjectId: apiKey.id,
          details: factsOf(apiKey),
        })
        return { secret, apiKey }
      })
    },

    /**
     * A new key with the name and the scopes of an old one, which works on for a while: 0 seconds end it at once.
     *
     * @throws ApiKeyNotFoundError also for somebody else's, ApiKeyEndedError
     * @throws InvalidInputError, and FORBIDDEN for a scope that the asking key has not itself
     */
    async rotate(
      by: Viewer,
      input: {
        apiKeyId: string
        overlapSeconds?: number | null | undefined
        expiresAt?: Date | null | undefined
      },
    ): Promise<Issued> {
      const overlapSeconds = parseOverlap(input.overlapSeconds ?? overlap.usual)
      return inTransaction(db, async (tx) => {
        const manager = await managerOf(tx, by, clock)
        // Held, so that of two rotations at once one sees what the other has done.
        await tx.$queryRaw`SELECT 1 FROM "ApiKey" WHERE "id" = ${input.apiKeyId} FOR UPDATE`
        const old = await tx.apiKey.findFirst({
          where: { id: input.apiKeyId, ...manager.theirs },
        })
        if (!old) throw new ApiKeyNotFoundError(input.apiKeyId)
        const now = clock.now()
        if (old.revokedAt || old.replacedById || (old.expiresAt && old.expiresAt <= now)) {
          throw new ApiKeyEndedError(old)
        }
        manager.mustHave(old.scopes)
        const { tenantId, name, scopes } = old
        const expiresAt = input.expiresAt
          ? manager.endOf(input.expiresAt)
          : earlier(old.expiresAt, manager.expiresAt)
        const { secret, data } = draw({ tenantId, name, scopes, expiresAt })
        const apiKey = await tx.apiKey.create({ data })
        const { createdAt } = apiKey
        const worksUntil = earlier(old.expiresAt, after(createdAt, seconds(overlapSeconds)))
        await tx.apiKey.update({
          where: { id: old.id },
          data: { replacedById: apiKey.id, expiresAt: worksUntil },
        })
        await recordAudit(tx, {
          action: 'API_KEY_ROTATED',
          at: createdAt,
          tenantId,
          subjectId: old.id,
          details: {
            successor: apiKey.id,
            worksUntil: worksUntil?.toISOString() ?? null,
            ...factsOf(apiKey),
          },
        })
        return { secret, apiKey }
      })
    },

    /**
     * The key works no more. Can be called twice: the first time counts.
     *
     * @throws ApiKeyNotFoundError also for somebody else's
     */
    async revoke(by: Viewer, apiKeyId: string): Promise<ApiKey> {
      return inTransaction(db, async (tx) => {
        const { theirs } = await managerOf(tx, by, clock)
        const now = clock.now()
        const { count } = await tx.apiKey.updateMany({
          where: { id: apiKeyId, revokedAt: null, ...theirs },
          data: { revokedAt: now },
        })
        const apiKey = await tx.apiKey.findFirst({ where: { id: apiKeyId, ...theirs } })
        if (!apiKey) throw new ApiKeyNotFoundError(apiKeyId)
        if (count > 0) {
          const { tenantId, prefix } = apiKey
          const deed = { action: 'API_KEY_REVOKED', at: now, details: { prefix } } as const
          await recordAudit(tx, { ...deed, tenantId, subjectId: apiKeyId })
        }
        return apiKey
      })
    },
  }
}

const factsOf = ({ prefix, scopes, expiresAt }: ApiKey) => ({
  prefix,
  scopes,
  expiresAt: expiresAt?.toISOString() ?? null,
})

/** The one that comes first; null comes never. */
function earlier(one: Date | null, other: Date | null): Date | null {
  if (!one || !other) return one ?? other
  return one < other ? one : other
}

function parseOverlap(overlapSeconds: number): number {
  if (overlapSeconds >= 0 && overlapSeconds <= overlap.longest) return overlapSeconds
  throw new InvalidInputError(
    'overlapSeconds',
    `\`overlapSeconds\` is 0 (at once) to ${overlap.longest} (30 days); got ${overlapSeconds}.`,
  )
}
