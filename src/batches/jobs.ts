import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Brings a batch on: makes its messages, takes them back, tells how far it is. `singletonKey` is the batch; with ` now` when it has to be at once. */
export const tendBatchJob = defineJob({
  name: 'tend-batch',
  payload: z.object({ batchId: z.string() }),
  policy: 'short',
})

/** Finds batches whose job got lost; made by a schedule, every minute. */
export const sweepBatchesJob = defineJob({ name: 'sweep-batches', payload: z.object({}) })
