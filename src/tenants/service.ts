import type { Db } from '../db/client.ts'
import type { ApiKey, Tenant } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import { sha256 } from '../lib/secrets.ts'
import { apiKeyPrefix, createApiKeySecret } from './api-key-secret.ts'
import { deleteTenantJob } from './delete-tenant.ts'
import { ApiKeyNotFoundError, TenantNotFoundError } from './errors.ts'
import { allScopes, isScope } from './scopes.ts'

declare module '../graphql/context.ts' {
  interface Services {
    tenants: TenantService
  }
}

export type TenantService = ReturnType<typeof createTenantService>

/** What an operator does with tenants and their keys. */
export function createTenantService({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) {
  /**
   * Does nothing to a tenant that is there already: the first time counts.
   *
   * @throws TenantNotFoundError also for one that is being deleted
   */
  async function move(
    tenantId: string,
    from: Tenant['status'],
    to: Pick<Tenant, 'status' | 'suspendedAt'>,
  ) {
    await db.tenant.updateMany({ where: { id: tenantId, status: from }, data: to })
    const tenant = await db.tenant.findUnique({
      where: { id: tenantId, status: { not: 'DELETING' } },
    })
    if (!tenant) throw new TenantNotFoundError(tenantId)
    return tenant
  }

  return {
    async createTenant(input: { name: string }): Promise<Tenant> {
      const name = parseName(input.name)
      return db.tenant.create({
        data: { id: createId('Tenant'), name, createdAt: clock.now(), eventLog: { create: {} } },
      })
    },

    /** Everybody of the tenant is refused from now on; nothing is lost. Can be called twice. */
    suspendTenant: (tenantId: string) =>
      move(tenantId, 'ACTIVE', { status: 'SUSPENDED', suspendedAt: clock.now() }),

    /** Can be called twice. */
    resumeTenant: (tenantId: string) =>
      move(tenantId, 'SUSPENDED', { status: 'ACTIVE', suspendedAt: null }),

    /** Refuses the tenant at once; its grants go back to RingCentral and its rows vanish as a job. */
    async deleteTenant(tenantId: string): Promise<void> {
      await inTransaction(db, async (tx) => {
        const { count } = await tx.tenant.updateMany({
          where: { id: tenantId, status: { not: 'DELETING' } },
          data: { status: 'DELETING' },
        })
        if (count === 0) throw new TenantNotFoundError(tenantId)
        await tx.apiKey.updateMany({
          where: { tenantId, revokedAt: null },
          data: { revokedAt: clock.now() },
        })
        await queue.send(tx, deleteTenantJob, { tenantId })
      })
    },

    async createApiKey(input: {
      tenantId: string
      name: string
      scopes: string[]
    }): Promise<{ secret: string; apiKey: ApiKey }> {
      const name = parseName(input.name)
      const scopes = parseScopes(input.scopes)
      const tenant = await db.tenant.findUnique({ where: { id: input.tenantId } })
      if (!tenant || tenant.status === 'DELETING') throw new TenantNotFoundError(input.tenantId)
      const secret = createApiKeySecret()
      const apiKey = await db.apiKey.create({
        data: {
          id: createId('ApiKey'),
          tenantId: tenant.id,
          name,
          prefix: apiKeyPrefix(secret),
          secretHash: sha256(secret),
          scopes,
          createdAt: clock.now(),
        },
      })
      return { secret, apiKey }
    },

    /** The key works no more. Can be called twice: the first time counts. */
    async revokeApiKey(apiKeyId: string): Promise<ApiKey> {
      await db.apiKey.updateMany({
        where: { id: apiKeyId, revokedAt: null },
        data: { revokedAt: clock.now() },
      })
      const apiKey = await db.apiKey.findUnique({ where: { id: apiKeyId } })
      if (!apiKey) throw new ApiKeyNotFoundError(apiKeyId)
      return apiKey
    },
  }
}

function parseName(name: string): string {
  const trimmed = name.trim()
  if (trimmed.length === 0) throw new InvalidInputError('name', 'The name is empty: give it one.')
  if (trimmed.length > 100) {
    throw new InvalidInputError(
      'name',
      `The name has ${trimmed.length} characters; at most 100 are allowed.`,
    )
  }
  return trimmed
}

function parseScopes(given: string[]): string[] {
  const unknown = given.filter((scope) => !isScope(scope))
  if (given.length === 0 || unknown.length > 0) {
    const problem =
      given.length === 0
        ? 'A key without scopes can do nothing'
        : `Unknown: ${unknown.map((scope) => JSON.stringify(scope)).join(', ')}`
    throw new InvalidInputError('scopes', `${problem}. Choose from: ${allScopes.join(', ')}.`)
  }
  return [...new Set(given)]
}
