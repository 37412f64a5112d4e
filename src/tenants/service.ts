import type { AuditAction } from '../audit/actions.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../db/client.ts'
import type { Tenant } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { deleteTenantJob } from './delete-tenant.ts'
import { TenantNotFoundError } from './errors.ts'
import { parseName } from './parse-name.ts'

declare module '../graphql/context.ts' {
  interface Services {
    tenants: TenantService
  }
}

export type TenantService = ReturnType<typeof createTenantService>

/** What an operator does with tenants. */
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
    action: AuditAction,
  ) {
    return inTransaction(db, async (tx) => {
      const { count } = await tx.tenant.updateMany({
        where: { id: tenantId, status: from },
        data: to,
      })
      const tenant = await tx.tenant.findUnique({
        where: { id: tenantId, status: { not: 'DELETING' } },
      })
      if (!tenant) throw new TenantNotFoundError(tenantId)
      if (count > 0) await recordAudit(tx, about(tenantId, action))
      return tenant
    })
  }

  const about = (tenantId: string, action: AuditAction) => {
    return { action, at: clock.now(), tenantId, subjectId: tenantId }
  }

  return {
    async createTenant(input: { name: string }): Promise<Tenant> {
      const name = parseName(input.name)
      const id = createId('Tenant')
      return inTransaction(db, async (tx) => {
        await recordAudit(tx, about(id, 'TENANT_CREATED'))
        return tx.tenant.create({
          data: { id, name, createdAt: clock.now(), eventLog: { create: {} } },
        })
      })
    },

    /** Everybody of the tenant is refused from now on; nothing is lost. Can be called twice. */
    suspendTenant: (tenantId: string) =>
      move(
        tenantId,
        'ACTIVE',
        { status: 'SUSPENDED', suspendedAt: clock.now() },
        'TENANT_SUSPENDED',
      ),

    /** Can be called twice. */
    resumeTenant: (tenantId: string) =>
      move(tenantId, 'SUSPENDED', { status: 'ACTIVE', suspendedAt: null }, 'TENANT_RESUMED'),

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
        await recordAudit(tx, about(tenantId, 'TENANT_DELETED'))
        await queue.send(tx, deleteTenantJob, { tenantId })
      })
    },
  }
}
