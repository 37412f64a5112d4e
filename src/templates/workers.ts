import { implementTogether } from '../jobs/define-job.ts'
import { resyncTemplates } from './request-templates.ts'
import { syncTemplates } from './sync-templates.ts'

/** What is done for templates in the background. */
export const templateWorkers = implementTogether(syncTemplates, resyncTemplates)
