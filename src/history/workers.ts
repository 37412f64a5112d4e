import { implementTogether } from '../jobs/define-job.ts'
import { importHistory } from './import-page.ts'
import { sweepHistory } from './sweep.ts'

/** What is done in the background to bring older messages. */
export const historyWorkers = implementTogether(importHistory, sweepHistory)
