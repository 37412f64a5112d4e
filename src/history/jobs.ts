import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Brings one page of an extension's older messages. `singletonKey` is the extension. */
export const importHistoryJob = defineJob({
  name: 'import-history',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
})

/** Wakes imports that stand still; made by a schedule. */
export const sweepHistoryJob = defineJob({ name: 'sweep-history', payload: z.object({}) })
