import { recordAudit } from '../audit/record-audit.ts'
import type { Db, Tx } from '../db/client.ts'
import type { ClientToken, Prisma } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Only, Viewer } from '../graphql/context.ts'
import { after, type Clock, days, seconds } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import type { ClientTokenJwt } from './client-token-jwt.ts'
import { ApiKeyNotFoundError, ClientTokenNotFoundError, ScopesNotGrantedError } from './errors.ts'
import { allScopes, isScope, quoteScopes, requireFewScopes } from './scopes.ts'

declare module '../graphql/context.ts' {
  interface Services {
    clientTokens: ClientTokens
  }
}

/** The key that asks. */
export type Maker = Pick<Extract<Viewer, { kind: 'tenant' }>, 'tenantId' | 'apiKeyId' | 'scopes'>
export type IssuedClientToken = { token: string; row: ClientToken }
export type Revoked = { id: string; revokedAt: Date }
export type ClientTokens = ReturnType<typeof createClientTokens>

export const defaultTtlSeconds = 900
export const maxTtlSeconds = days(1) / seconds(1)
/** What a browser never holds: the means to make keys and tokens, and to lead people through another app. */
export const neverInTokens: readonly string[] = ['keys:manage', 'tokens:create', 'app:manage']

/** What a tenant's server mints for browsers. */
export function createClientTokens({
  db,
  jwt,
  clock,
}: {
  db: Db
  jwt: ClientTokenJwt
  clock: Clock
}) {
  /** How many there were that had not been; written down as done to `subjectId`. */
  async function revokeThose(
    tx: Tx,
    where: { tenantId: string } & Prisma.ClientTokenWhereInput,
    subjectId: string,
  ): Promise<number> {
    const at = clock.now()
    const { count } = await tx.clientToken.updateMany({
      where: { ...where, revokedAt: null },
      data: { revokedAt: at },
    })
    const done = {
      action: 'CLIENT_TOKEN_REVOKED',
      at,
      tenantId: where.tenantId,
      subjectId,
    } as const
    if (count > 0) await recordAudit(tx, { ...done, details: { count } })
    return count
  }

  return {
    /** @throws InvalidInputError, ScopesNotGrantedError */
    async create(
      { tenantId, apiKeyId, scopes: granted }: Maker,
      input: {
        scopes: readonly string[]
        ttlSeconds?: number | null | undefined
        label?: string | null | undefined
        only?: Only | undefined
      },
    ): Promise<IssuedClientToken> {
      const scopes = parseScopes(input.scopes, granted)
      const ttlSeconds = parseTtl(input.ttlSeconds ?? defaultTtlSeconds)
      const label = parseLabel(input.label)
      // A JWT knows no fractions of a second.
      const createdAt = new Date(Math.floor(clock.now().getTime() / 1000) * 1000)
      const expiresAt = after(createdAt, seconds(ttlSeconds))
      const id = createId('ClientToken')
      const { only } = input
      const claims = { id, tenantId, scopes, createdAt, expiresAt, ...(only && { only }) }
      const token = await jwt.sign(claims)
      const row = await inTransaction(db, async (tx) => {
        await recordAudit(tx, {
          action: 'CLIENT_TOKEN_CREATED',
          at: clock.now(),
          tenantId,
          subjectId: id,
          details: { scopes, ...only, expiresAt: expiresAt.toISOString() },
        })
        return tx.clientToken.create({
          data: { id, tenantId, apiKeyId, label, scopes, createdAt, expiresAt },
        })
      })
      return { token, row }
    },

    /**
     * The token works no more. Can be called twice: the first time counts.
     *
     * @throws ClientTokenNotFoundError also for one of another key, to who may not manage keys
     */
    async revoke(maker: Maker, id: string): Promise<Revoked> {
      const theirs = { id, tenantId: maker.tenantId, ...(!managesKeys(maker) && ownOf(maker)) }
      return inTransaction(db, async (tx) => {
        await revokeThose(tx, theirs, id)
        const { revokedAt } = (await tx.clientToken.findUnique({ where: theirs })) ?? {}
        if (!revokedAt) throw new ClientTokenNotFoundError(id)
        return { id, revokedAt }
      })
    },

    /**
     * All that were made with a key, which itself works on. How many there were.
     *
     * @throws ApiKeyNotFoundError also for another key, to who may not manage keys
     */
    async revokeAll(maker: Maker, apiKeyId: string = maker.apiKeyId): Promise<number> {
      const { tenantId } = maker
      const mayName = apiKeyId === maker.apiKeyId || managesKeys(maker)
      const key = mayName && (await db.apiKey.findUnique({ where: { id: apiKeyId, tenantId } }))
      if (!key) throw new ApiKeyNotFoundError(apiKeyId)
      const alive = { tenantId, apiKeyId, expiresAt: { gt: clock.now() } }
      return inTransaction(db, (tx) => revokeThose(tx, alive, apiKeyId))
    },
  }
}

const managesKeys = ({ scopes }: Maker) => scopes.includes('keys:manage')
const ownOf = ({ apiKeyId }: Maker) => ({ apiKeyId })

function parseScopes(given: readonly string[], granted: readonly string[]): string[] {
  requireFewScopes(given)
  const allowed = allScopes.filter((scope) => !neverInTokens.includes(scope))
  const unfit = given.filter((scope) => !isScope(scope) || neverInTokens.includes(scope))
  if (given.length === 0 || unfit.length > 0) {
    const problem =
      given.length === 0
        ? 'A token without scopes can do nothing'
        : `Not for a client token: ${quoteScopes(unfit)}`
    throw new InvalidInputError('scopes', `${problem}. Choose from: ${allowed.join(', ')}.`)
  }
  const lacking = given.filter((scope) => !granted.includes(scope))
  if (lacking.length > 0) throw new ScopesNotGrantedError([...new Set(lacking)])
  return [...new Set(given)]
}

function parseTtl(ttlSeconds: number): number {
  if (ttlSeconds >= 1 && ttlSeconds <= maxTtlSeconds) return ttlSeconds
  throw new InvalidInputError(
    'ttlSeconds',
    `A client token lives for 1 to ${maxTtlSeconds} seconds; got ${ttlSeconds}.`,
  )
}

function parseLabel(given: string | null | undefined): string | null {
  const label = given?.trim() || null
  if (label === null || label.length <= 100) return label
  throw new InvalidInputError(
    'label',
    `The label has ${label.length} characters; at most 100 are allowed.`,
  )
}
