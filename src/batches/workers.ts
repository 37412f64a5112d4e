import { implementTogether } from '../jobs/define-job.ts'
import { sweepBatches, tendBatch } from './tend-batch.ts'

/** What is done for batches in the background. */
export const batchWorkers = implementTogether(tendBatch, sweepBatches)
