import type { Db } from '../db/client.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { isOn } from '../tenants/features.ts'
import { readPresenceJob } from './jobs.ts'
import type { Presences } from './presences.ts'

/** Reads a presence that nobody has told of: what there was before the first notification. */
export const readPresence = ({ db, presences }: { db: Db; presences: Presences }) =>
  implementJob(readPresenceJob, async ({ extensionRowId }) => {
    const extension = await db.extension.findUnique({ where: { id: extensionRowId } })
    if (!extension || !(await isOn(db, extension.tenantId, 'PRESENCE'))) return
    await presences.read(extension).catch((error) => {
      if (error instanceof NotConnectedError || error instanceof RingCentralRefusedError) return
      throw error
    })
  })
