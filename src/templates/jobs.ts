import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Reads RingCentral's templates that an extension can see. `singletonKey` is the extension. */
export const syncTemplatesJob = defineJob({
  name: 'sync-templates',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
  concurrency: 2,
})

/** The daily reading of all templates; made by a schedule. */
export const resyncTemplatesJob = defineJob({ name: 'resync-templates', payload: z.object({}) })
