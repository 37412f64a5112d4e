import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Finds batches whose job got lost; made by a schedule, every minute. */
export const sweepBatchesJob = defineJob({ name: 'sweep-batches', payload: z.object({}) })
