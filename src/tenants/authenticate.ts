import type { Db } from '../db/client.ts'
import { type ApiKey, Prisma, type TenantStatus } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import type { Viewer } from '../graphql/context.ts'
import { networkOf } from '../http/client-address.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { type BucketLimit, createLeakyBuckets } from '../lib/leaky-bucket.ts'
import type { Logger } from '../lib/logger.ts'
import { asGateway } from '../lib/request-scope.ts'
import { sameBytes, sha256 } from '../lib/secrets.ts'
import { shareQuestions } from '../lib/share-questions.ts'
import { isApiKeySecret } from './api-key-secret.ts'
import type { ClientTokenJwt } from './client-token-jwt.ts'

/** Who a credential speaks for, or why it is refused. */
export type Authentication =
  | { viewer: Viewer }
  | { refused: 'unauthenticated' | 'suspended' }
  | { refused: 'tooManyFailures'; retryAfter: number }

/** `address`: where the credential comes from. */
export type Authenticate = (
  authorization: string | null | undefined,
  address: string | undefined,
) => Promise<Authentication>

type FoundKey = Pick<
  ApiKey,
  'id' | 'tenantId' | 'scopes' | 'lastUsedAt' | 'expiresAt' | 'revokedAt'
> & {
  tenantStatus: TenantStatus
}

const unauthenticated: Authentication = { refused: 'unauthenticated' }

/** Of one address, or one IPv6 network, on this instance. */
const failuresPerAddress: BucketLimit = { capacity: 100, perMinute: 100 }

/**
 * Checks `Authorization: Bearer …`: an API key of a tenant, a client token made with one, or the operator's key. Whoever
 * tries many that do not work is told to wait. A key that works goes on working from the same address: behind it may stand a whole company,
 * and nobody guesses 178 bits, limit or not.
 */
export function createAuthenticate({
  db,
  readRows,
  operatorKey,
  clientTokenJwt,
  clock,
  logger,
}: {
  db: Db
  readRows: ReadRows
  operatorKey: string
  clientTokenJwt: ClientTokenJwt
  clock: Clock
  logger: Logger
}): Authenticate {
  const failures = createLeakyBuckets(clock, failuresPerAddress)
  const operatorHash = sha256(operatorKey)
  /** In one statement, since every request waits for it. */
  const findKey = shareQuestions((hash) =>
    asGateway(async () => {
      const [key] = await readRows<FoundKey>(Prisma.sql`
        SELECT key."id", key."tenantId", key."scopes", key."lastUsedAt", key."expiresAt", key."revokedAt",
          tenant."status"::text AS "tenantStatus"
        FROM "ApiKey" AS key JOIN "Tenant" AS tenant ON tenant."id" = key."tenantId"
        WHERE key."secretHash" = ${Buffer.from(hash, 'base64')}`)
      return key
    }),
  )
  const noting = new Set<string>()

  return async (authorization, address) => {
    // Who shows nothing guesses nothing.
    if (!authorization) return unauthenticated
    const authentication = await check(authorization)
    if (authentication !== unauthenticated) return authentication
    const poured = failures.pour(networkOf(address), 1)
    if (poured.fits) return unauthenticated
    return { refused: 'tooManyFailures', retryAfter: Math.ceil(poured.retryAfterMs / 1000) }
  }

  async function check(authorization: string): Promise<Authentication> {
    const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
    if (!secret) return unauthenticated
    const hash = sha256(secret)
    if (sameBytes(hash, operatorHash)) return { viewer: { kind: 'operator' } }
    if (!isApiKeySecret(secret)) return checkClientToken(secret)

    const key = await findKey(hash.toString('base64'))
    if (!key || isOver(key)) return unauthenticated
    if (key.tenantStatus !== 'ACTIVE') return { refused: 'suspended' }
    noteUse(key.id, key.lastUsedAt)
    return {
      viewer: { kind: 'tenant', tenantId: key.tenantId, apiKeyId: key.id, scopes: key.scopes },
    }
  }

  /** Our signature first: a forged one costs the database nothing. */
  async function checkClientToken(token: string): Promise<Authentication> {
    const claims = await clientTokenJwt.verify(token)
    const key = claims && (await findKeyOf(claims))
    if (!key || isOver(key)) return unauthenticated
    if (key.tenantStatus !== 'ACTIVE') return { refused: 'suspended' }
    const { id, tenantId, scopes, only, createdAt, expiresAt } = claims
    return {
      viewer: {
        kind: 'tenant',
        tenantId,
        apiKeyId: key.id,
        // What its key has lost since, it has lost as well.
        scopes: scopes.filter((scope) => key.scopes.includes(scope)),
        clientToken: { id, createdAt, expiresAt },
        ...(only && { only }),
      },
    }
  }

  function isOver({ revokedAt, expiresAt }: FoundKey): boolean {
    return revokedAt !== null || (expiresAt !== null && expiresAt <= clock.now())
  }

  /** The key that a client token was made with, unless the token was revoked: in one statement as well. */
  async function findKeyOf(token: { id: string; tenantId: string }): Promise<FoundKey | undefined> {
    const [key] = await db.$queryRaw<FoundKey[]>`
      SELECT key."id", key."tenantId", key."scopes", key."lastUsedAt", key."expiresAt", key."revokedAt",
        tenant."status"::text AS "tenantStatus"
      FROM "ClientToken" AS token JOIN "ApiKey" AS key ON key."id" = token."apiKeyId"
        JOIN "Tenant" AS tenant ON tenant."id" = key."tenantId"
      WHERE token."id" = ${token.id} AND token."revokedAt" IS NULL AND tenant."id" = ${token.tenantId}`
    return key
  }

  /** Exact to a minute, so that a busy key does not cost a write a request; nobody waits for it. */
  function noteUse(id: string, lastUsedAt: Date | null) {
    const now = clock.now()
    const minuteAgo = after(now, -minutes(1))
    if (noting.has(id) || (lastUsedAt && lastUsedAt > minuteAgo)) return
    noting.add(id)
    db.apiKey
      // Another instance, or a request that was overtaken, may have done it meanwhile.
      .updateMany({
        where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: minuteAgo } }] },
        data: { lastUsedAt: now },
      })
      .catch((error) => logger.debug({ err: error }, 'Could not note the use of a key'))
      .finally(() => noting.delete(id))
  }
}
