import { z } from 'zod'
import type { Db } from '../db/client.ts'
import { defineJob, implementJob } from '../jobs/define-job.ts'

export const deleteTenantJob = defineJob({
  name: 'delete-tenant',
  payload: z.object({ tenantId: z.string() }),
})

/**
 * Gives back what the tenant has elsewhere (its grants at RingCentral, its media), then removes every row of it. `onDelete` must be
 * fit to be called again: the job is repeated until RingCentral has been asked and the rows are gone.
 */
export const deleteTenant = ({
  db,
  onDelete,
}: {
  db: Db
  onDelete: (tenantId: string) => Promise<void>
}) =>
  implementJob(deleteTenantJob, async ({ tenantId }) => {
    await onDelete(tenantId)
    await db.tenant.deleteMany({ where: { id: tenantId, status: 'DELETING' } })
  })
