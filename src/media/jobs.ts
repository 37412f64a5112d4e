import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Removes uploads and bytes that nothing has come to use; made by a schedule. */
export const sweepMediaJob = defineJob({ name: 'sweep-media', payload: z.object({}) })

/** Looks through the whole store for what our tables do not know; made by a schedule. */
export const sweepOrphansJob = defineJob({ name: 'sweep-orphans', payload: z.object({}) })
