import { implementTogether } from '../jobs/define-job.ts'
import { sweepMedia, sweepOrphans } from './sweep.ts'

/** What is done for media in the background. */
export const mediaWorkers = implementTogether(sweepMedia, sweepOrphans)
